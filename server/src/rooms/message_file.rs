//! The file of stored messages, an embedded database.

use std::collections::BTreeMap;

use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};

/// Number of a message to its space, its room, and its JSON text.
const MESSAGES: TableDefinition<u64, (&str, &str, &str)> = TableDefinition::new("stored-messages");

/// As files had it before spaces were kept apart: without the space, which cannot be told from the room.
const FORMER_MESSAGES: TableDefinition<u64, (&str, &str)> = TableDefinition::new("messages");

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
    pub(super) space: String,
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
        take_over_former(&database)?;
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
            let (space, rid, text) = value.value();
            let row = Row { space: space.to_owned(), rid: rid.to_owned(), text: text.to_owned() };
            all.push((number.value(), row));
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
                    Some(Row { space, rid, text }) => {
                        let row = (space.as_str(), rid.as_str(), text.as_str());
                        table.insert(number, row).map_err(failed)?
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

/// Rooms get their space when they are written to again.
fn take_over_former(database: &Database) -> Result<(), DiskStoreError> {
    let reading = database.begin_read().map_err(failed)?;
    let former = match reading.open_table(FORMER_MESSAGES) {
        Ok(former) => former,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let writing = database.begin_write().map_err(failed)?;
    {
        let mut table = writing.open_table(MESSAGES).map_err(failed)?;
        for entry in former.iter().map_err(failed)? {
            let (number, value) = entry.map_err(failed)?;
            let (rid, text) = value.value();
            table.insert(number.value(), ("", rid, text)).map_err(failed)?;
        }
    }
    writing.delete_table(FORMER_MESSAGES).map_err(failed)?;
    writing.commit().map_err(failed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn files_of_before_are_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("messages");
        let database = Database::create(&path).unwrap();
        let writing = database.begin_write().unwrap();
        writing.open_table(FORMER_MESSAGES).unwrap().insert(7, ("r", "{}")).unwrap();
        writing.commit().unwrap();
        drop(database);
        for _ in 0..2 {
            let path = path.clone();
            let file = MessageFile::open(Box::new(move || Database::create(&path))).unwrap();
            let row = Row { space: String::new(), rid: "r".into(), text: "{}".into() };
            assert_eq!(file.read().unwrap(), [(7, row)]);
        }
    }
}
