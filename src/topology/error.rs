//! Why a text describes no machine and no set of CPUs.

use std::error::Error;
use std::fmt;

/// Why a text is no set of CPUs, or no setting of a topology. Its message quotes the text and says what is expected.
///
/// # Examples
///
/// ```
/// use moirai::topology::{CpuSet, Topology};
///
/// let error = "0-3;8".parse::<CpuSet>().unwrap_err();
/// assert_eq!(error.to_string(), "`0-3;8` is no list of CPUs such as `0-3,8`");
/// assert!(Topology::fake("4").unwrap_err().to_string().contains("NODESxCPUS"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTopologyError {
    message: String,
}

impl ParseTopologyError {
    pub(crate) fn new(message: String) -> Self {
        ParseTopologyError { message }
    }
}

impl fmt::Display for ParseTopologyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ParseTopologyError {}
