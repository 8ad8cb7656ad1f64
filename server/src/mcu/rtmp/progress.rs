//! What ffmpeg tells by `-progress`: lines of `name=value` in blocks that end with `progress=…`.
//! No IO.

/// How far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Pictures that were encoded.
    pub(super) pictures: u64,
    /// Bytes that were sent.
    pub(super) bytes: u64,
}

impl Progress {
    /// Takes a line. True at the end of a block.
    pub(super) fn read(&mut self, line: &str) -> bool {
        let (name, value) = line.trim().split_once('=').unwrap_or_default();
        match name {
            "frame" => self.pictures = value.trim().parse().unwrap_or(0),
            "total_size" => self.bytes = value.trim().parse().unwrap_or(0),
            _ => {}
        }
        name == "progress"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read() {
        let mut progress = Progress::default();
        let text = "frame=12\nfps=0.0\ntotal_size=N/A\nout_time=00:00:01\nprogress=continue\n\
                    frame=  30\ntotal_size=4711\nprogress=end\n";
        let mut blocks = Vec::new();
        for line in text.lines() {
            if progress.read(line) {
                blocks.push((progress.pictures, progress.bytes));
            }
        }
        assert_eq!(blocks, [(12, 0), (30, 4711)]);
        assert!(!progress.read("nonsense"));
    }
}
