//! Everything that is wrong with one file, told at once.

use std::fmt;

/// All faults found in one document. Someone who edits a file wants the whole list, not one entry for each run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Faults<F>(Vec<F>);

impl<F> Faults<F> {
    /// `Ok(value)` when `faults` is empty, and all of them otherwise.
    pub(crate) fn unless_empty<T>(value: T, faults: Vec<F>) -> Result<T, Self> {
        if faults.is_empty() {
            Ok(value)
        } else {
            Err(Self(faults))
        }
    }

    /// The faults in the order in which they were found.
    #[cfg(test)]
    pub(crate) fn list(&self) -> &[F] {
        &self.0
    }
}

impl<F> From<F> for Faults<F> {
    fn from(fault: F) -> Self {
        Self(vec![fault])
    }
}

impl<F: fmt::Display> fmt::Display for Faults<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl<F: fmt::Debug + fmt::Display> std::error::Error for Faults<F> {}

#[cfg(test)]
mod tests {
    use super::Faults;

    #[test]
    fn prints_one_fault_per_line() {
        let faults = Faults::unless_empty((), vec!["first", "second"]).unwrap_err();
        assert_eq!(faults.to_string(), "first\nsecond");
        assert_eq!(Faults::<&str>::unless_empty(7, Vec::new()), Ok(7));
    }
}
