//! The file of stored messages, an embedded database.

use std::collections::BTreeMap;

use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};

/// Number of a message to its room and its JSON text.
const MESSAGES: TableDefinition<u64, (&str, &str)> = TableDefinition::new("messages");

/// The file does not work.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DiskStoreError(String);

pub(super) fn failed(error: impl std::fmt::Display) -> DiskStoreError {
    DiskStoreError(error.to_string())
}

/// A message as it is in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) rid: String,
    /// JSON.
    pub(super) text: String,
}

/// Opens the database, and makes it where there is none.
pub(super) type Opening = Box<dyn Fn() -> Result<Database, DatabaseError> + Send>;

pub(super) struct MessageFile {
    opening: Opening,
    /// None after a failure: the database takes nothing any more after the first error of the disk.
    database: Option<Database>,
}

impl MessageFile {
    pub(super) fn open(opening: Opening) -> Result<Self, DiskStoreError> {
        let database = opening().map_err(failed)?;
        Ok(Self { opening, database: Some(database) })
    }

    /// All messages by their numbers, which are in the order of receipt.
    pub(super) fn read(&self) -> Result<Vec<(u64, Row)>, DiskStoreError> {
        let Some(database) = &self.database else {
            return Ok(Vec::new());
        };
        let reading = database.begin_read().map_err(failed)?;
        let table = match reading.open_table(MESSAGES) {
            Ok(table) => table,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut all = Vec::new();
        for entry in table.iter().map_err(failed)? {
            let (number, value) = entry.map_err(failed)?;
            let (rid, text) = value.value();
            all.push((number.value(), Row { rid: rid.to_owned(), text: text.to_owned() }));
        }
        Ok(all)
    }

    /// Puts rows and removes those that are None, all of it or nothing. After an error it is not known
    /// which; the same may be written again.
    pub(super) fn write(&mut self, changes: &BTreeMap<u64, Option<Row>>) -> Result<(), DiskStoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let database = match self.database.take() {
            Some(database) => database,
            None => (self.opening)().map_err(failed)?,
        };
        let writing = database.begin_write().map_err(failed)?;
        {
            let mut table = writing.open_table(MESSAGES).map_err(failed)?;
            for (number, row) in changes {
                match row {
                    Some(Row { rid, text }) => {
                        table.insert(number, (rid.as_str(), text.as_str())).map_err(failed)?
                    }
                    None => table.remove(number).map_err(failed)?,
                };
            }
        }
        writing.commit().map_err(failed)?;
        self.database = Some(database);
        Ok(())
    }
}
