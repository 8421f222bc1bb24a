//! The lesson that is open.

use crate::base::limits::grouped;

pub const GRADING: &str = "Grading";
pub const WORKING_OUT_THE_ANSWER: &str = "Working out the answer";

pub fn too_many_inputs(inputs: usize, max: usize) -> String {
    let (inputs, max) = (grouped(inputs as u64), grouped(max as u64));
    format!("This run has {inputs} inputs, and a run that you hand in has at most {max}. Reset the step and use fewer inputs.")
}
