//! Holds the mock against its catalogue beyond what all mocks are held against: each option of each setting shows, and
//! for each row that fixes a status there is an exchange that has it.

mod rows;
mod sent;
mod settings;
