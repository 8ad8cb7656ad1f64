//! The last lines of a child's log, without secrets. No IO.

use std::collections::VecDeque;

const LINES: usize = 12;
/// Characters of a line that are kept.
const LINE: usize = 300;
const HIDDEN: &str = "***";

#[derive(Debug)]
pub(super) struct Tail {
    secrets: Vec<String>,
    lines: VecDeque<String>,
}

impl Tail {
    pub(super) fn new(mut secrets: Vec<String>) -> Self {
        secrets.retain(|secret| !secret.is_empty());
        // One that holds another goes first, or its rest would stay.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { secrets, lines: VecDeque::new() }
    }

    pub(super) fn push(&mut self, line: &str) {
        let mut line = line.trim().to_owned();
        for secret in &self.secrets {
            line = line.replace(secret, HIDDEN);
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
