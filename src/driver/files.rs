//! Work on the files of transfers.

use super::pending::Pending;
use super::Driver;
use crate::file::chunk::bytes_of;
use crate::file::sink::{Closed, Sink, Work};
use crate::file::source::Source;
use js_sys::{Array, Uint8Array};
use skylink_core::{FileEvent, FileId, FileOp, Handle, Input, Piece};
use skylink_protocol::file_channel::HEADER_SIZE;
use wasm_bindgen::prelude::*;

/// A file on its way.
#[derive(Debug)]
pub(super) enum File {
    Source(Source),
    Sink(Sink),
}

/// What a promise of the browser was about.
#[derive(Debug)]
pub(super) enum Step {
    /// A piece was read; the bytes of its blocks if they are to be hashed.
    Read(Piece, Option<f64>),
    /// A block was hashed: its number and length.
    Hashed(usize, u32),
    /// Bytes were written to the app's stream.
    Written(u32),
    /// The app's stream was closed.
    Closed,
}

impl Driver {
    pub(super) fn work_on_file(&self, file: FileId, op: FileOp) {
        match op {
            FileOp::Read { blob, piece, block_size } => {
                if self.files.borrow().get(file).is_none() {
                    self.files.borrow_mut().insert(file, File::Source(Source::default()));
                }
                match Source::read(&self.handles.get(blob), piece) {
                    Ok(promise) => self.follow(&promise, Pending::File(file, Step::Read(piece, block_size))),
                    Err(error) => self.file_failed(file, error),
                }
            }
            FileOp::SendFrames { connection, channel, piece } => {
                let connection = self.connections.borrow().get(connection).cloned();
                if let (Some(connection), Some(File::Source(source))) =
                    (connection, self.files.borrow_mut().get_mut(file))
                {
                    connection.send(channel, |channel| {
                        source.send_frames(piece, |frame| channel.send_bytes(frame))
                    });
                }
            }
            FileOp::SendText { connection, channel, piece } => {
                let connection = self.connections.borrow().get(connection).cloned();
                let text = match self.files.borrow_mut().get_mut(file) {
                    Some(File::Source(source)) => source.take_text(piece),
                    _ => None,
                };
                if let (Some(connection), Some(text)) = (connection, text) {
                    connection.send(channel, |channel| channel.send_messages(&Array::of1(&text)));
                }
            }
            FileOp::Receive { block_size, size, writable } => {
                let stream = writable.map(|handle| self.take_object(handle));
                match Sink::new(block_size, size, stream.as_ref()) {
                    Ok(sink) => self.files.borrow_mut().insert(file, File::Sink(sink)),
                    Err(error) => self.file_failed(file, error),
                }
            }
            FileOp::StoreFrame(frame) => {
                let frame = self.take_object(frame);
                let bytes = Uint8Array::new_with_byte_offset(&frame, HEADER_SIZE as u32);
                let work = self.with_sink(file, |sink| sink.add(&bytes)).unwrap_or_default();
                self.follow_all(file, work);
            }
            FileOp::StoreText(text) => {
                let text = self.take_object(text);
                self.store_text(file, &text);
            }
            FileOp::Digest => {
                match self.files.borrow_mut().get_mut(file) {
                    Some(File::Source(source)) => source.is_asked = true,
                    Some(File::Sink(sink)) => sink.is_asked = true,
                    None => {}
                }
                let work = self.with_sink(file, Sink::finish_block).unwrap_or_default();
                self.follow_work(file, work);
                self.report_digest(file);
            }
            FileOp::Close { mime } => {
                let work = self.with_sink(file, |sink| {
                    sink.closing = Some(mime);
                    sink.finish_block()
                });
                self.follow_work(file, work.unwrap_or_default());
                self.close_when_written(file);
            }
            FileOp::Forget => {
                let gone = self.files.borrow_mut().remove(file);
                drop(gone);
            }
        }
    }

    /// A promise of the browser about a file settled.
    pub(super) fn on_file_step(&self, file: FileId, step: Step, ok: bool, value: JsValue) {
        if self.files.borrow().get(file).is_none() {
            return;
        }
        if !ok {
            return self.file_failed(file, value);
        }
        match step {
            Step::Read(piece, block_size) => {
                let mut work = Vec::new();
                if let Some(File::Source(source)) = self.files.borrow_mut().get_mut(file) {
                    work = source.on_read(piece, value.unchecked_into(), block_size);
                }
                self.follow_all(file, work);
                self.file_event(file, FileEvent::Read(piece));
            }
            Step::Hashed(block, length) => {
                match self.files.borrow_mut().get_mut(file) {
                    Some(File::Source(source)) => source.digests.on_hashed(block, &value, length),
                    Some(File::Sink(sink)) => sink.on_hashed(block, &value, length),
                    None => {}
                }
                self.report_stored(file);
                self.report_digest(file);
            }
            Step::Written(length) => {
                let decoded = self.with_sink(file, |sink| {
                    sink.on_written(length);
                    sink.decoded.take()
                });
                if let Some(bytes) = decoded.flatten() {
                    self.file_event(file, FileEvent::Decoded(bytes));
                }
                self.report_stored(file);
                self.close_when_written(file);
            }
            Step::Closed => self.file_event(file, FileEvent::Closed(None)),
        }
    }

    fn store_text(&self, file: FileId, text: &JsValue) {
        let bytes = match bytes_of(text) {
            Ok(bytes) => bytes,
            Err(error) => return self.file_failed(file, error),
        };
        let length = f64::from(bytes.length());
        let work = self.with_sink(file, |sink| {
            let mut work = sink.add(&bytes);
            if sink.has_stream() {
                // The next chunk is asked for when the stream has taken this one.
                work.push(sink.finish_block());
                sink.decoded = Some(length);
            }
            (work, sink.has_stream())
        });
        if let Some((work, has_stream)) = work {
            self.follow_all(file, work);
            if !has_stream {
                self.file_event(file, FileEvent::Decoded(length));
            }
        }
    }

    fn with_sink<T>(&self, file: FileId, change: impl FnOnce(&mut Sink) -> T) -> Option<T> {
        match self.files.borrow_mut().get_mut(file) {
            Some(File::Sink(sink)) => Some(change(sink)),
            _ => None,
        }
    }

    fn follow_all(&self, file: FileId, work: Vec<Work>) {
        for work in work {
            self.follow_work(file, work);
        }
    }

    fn follow_work(&self, file: FileId, Work { hash, write }: Work) {
        if let Some((promise, block, length)) = hash {
            self.follow(&promise, Pending::File(file, Step::Hashed(block, length)));
        }
        if let Some((promise, length)) = write {
            self.follow(&promise, Pending::File(file, Step::Written(length)));
        }
        self.report_stored(file);
    }

    fn report_stored(&self, file: FileId) {
        if let Some(stored) = self.with_sink(file, |sink| sink.stored()) {
            self.file_event(file, FileEvent::Stored(stored));
        }
    }

    fn report_digest(&self, file: FileId) {
        let digest = match self.files.borrow_mut().get_mut(file) {
            Some(File::Source(source)) if source.is_asked => source.digests.whole(),
            Some(File::Sink(sink)) if sink.is_asked => sink.digest(),
            _ => None,
        };
        if let Some(digest) = digest {
            self.file_event(file, FileEvent::Digest(digest));
        }
    }

    /// The end waits for what is being written.
    fn close_when_written(&self, file: FileId) {
        let closed = self.with_sink(file, |sink| {
            let mime = if sink.is_quiet() { sink.closing.take() } else { None };
            mime.map(|mime| sink.close(&mime))
        });
        match closed.flatten() {
            None => {}
            Some(Closed::Blob(blob)) => {
                let blob = self.handles.keep(blob.into());
                self.file_event(file, FileEvent::Closed(Some(blob)));
            }
            Some(Closed::Stream(promise)) => self.follow(&promise, Pending::File(file, Step::Closed)),
        }
    }

    /// An object that nobody else needs any more.
    fn take_object(&self, handle: Handle) -> JsValue {
        let object = self.handles.get(handle);
        self.handles.release(handle);
        object
    }

    fn file_event(&self, file: FileId, event: FileEvent) {
        self.feed(Input::File { file, event });
    }

    fn file_failed(&self, file: FileId, error: JsValue) {
        self.file_event(file, FileEvent::Failed(self.handles.keep(error)));
    }
}
