//! What Linux tells in `/proc`: CPU time and memory of a process, and how busy the machine is. Elsewhere these figures
//! are left out.

use std::fs;
use std::time::Duration;

/// Linux counts CPU time in hundredths of a second wherever programs see it (`USER_HZ`; proc(5), `/proc/pid/stat`).
const TICK: Duration = Duration::from_millis(10);

/// CPU time that a process has used so far, in user and kernel mode, all threads together.
pub(super) fn cpu_time(pid: u32) -> Option<Duration> {
    parse_cpu_time(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Memory of a process that is resident now, in KiB.
pub(super) fn resident_kib(pid: u32) -> Option<u32> {
    parse_resident_kib(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

/// Programs that ran or wanted to run in the last minute, on average.
pub(super) fn load_average() -> Option<f64> {
    parse_load_average(&fs::read_to_string("/proc/loadavg").ok()?)
}

fn parse_load_average(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok()
}

/// Reads `utime` and `stime`, the fields 14 and 15. The second field is the name of the program in parentheses, in
/// which there may be blanks and further parentheses.
fn parse_cpu_time(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let kernel: u32 = fields.next()?.parse().ok()?;
    Some(TICK * user + TICK * kernel)
}

fn parse_resident_kib(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{parse_cpu_time, parse_load_average, parse_resident_kib};

    #[test]
    fn cpu_time_is_that_of_both_modes() {
        let stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194304 900 0 3 0 250 17 0 0 20 0 3 0 100 200 300";
        assert_eq!(parse_cpu_time(stat), Some(Duration::from_millis(2670)));
        for broken in ["", "1 (a", "1 (a) S 1 2 3", "1 (a) S 1 2 3 4 5 6 7 8 9 10 x y"] {
            assert_eq!(parse_cpu_time(broken), None, "{broken}");
        }
    }

    #[test]
    fn the_load_is_that_of_the_last_minute() {
        assert_eq!(parse_load_average("7.40 6.00 4.06 9/201 18358\n"), Some(7.4));
        assert_eq!(parse_load_average(""), None);
    }

    #[test]
    fn resident_memory_is_read_in_kib() {
        let status = "Name:\thookproof\nVmHWM:\t   9000 kB\nVmRSS:\t    8124 kB\nThreads:\t3\n";
        assert_eq!(parse_resident_kib(status), Some(8124));
        assert_eq!(parse_resident_kib("Name:\tx\n"), None);
        assert_eq!(parse_resident_kib("VmRSS:\tmuch kB\n"), None);
    }
}
