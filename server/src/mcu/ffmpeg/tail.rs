//! The last lines of a child's log, without secrets. No IO.

use std::collections::VecDeque;

const LINES: usize = 12;
/// Characters of a line that are kept.
const LINE: usize = 300;
const HIDDEN: &str = "***";
/// Bytes of a line from which some were hidden. Of a longer one nothing is shown.
const LONGEST: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Tail {
    secrets: Vec<String>,
    lines: VecDeque<String>,
}

impl Tail {
    pub(super) fn new(mut secrets: Vec<String>) -> Self {
        // What looks like the mark for the hidden would be hidden again and again, and grow.
        secrets.retain(|secret| secret.chars().any(|c| c != '*'));
        // One that holds another goes first, or its rest would stay.
        secrets.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        secrets.dedup();
        Self { secrets, lines: VecDeque::new() }
    }

    pub(super) fn push(&mut self, line: &str) {
        let mut line = line.trim().to_owned();
        for secret in &self.secrets {
            line = line.replace(secret, HIDDEN);
            if line.len() > LONGEST {
                HIDDEN.clone_into(&mut line);
                break;
            }
        }
        let line: String = line.chars().filter(|c| !c.is_control()).take(LINE).collect();
        if line.is_empty() || self.lines.back() == Some(&line) {
            return;
        }
        if self.lines.len() >= LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    pub(super) fn text(&self) -> String {
        self.lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}
