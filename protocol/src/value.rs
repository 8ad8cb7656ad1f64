//! The JSON value that all messages are read from and written to.

/// An ordered JSON object. Order is kept because applications see it (`Object.keys`).
// One pointer: what builds, returns and keeps objects is all over the browser build.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object(Box<Members>);

#[derive(Debug, Clone, Default, PartialEq)]
struct Members(Vec<(String, Value)>);

/// A JSON value, and one thing more: a [`Value::Handle`], which names an object that only the
/// shell holds (a `MediaStream`, a browser error) inside event payloads and results.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// `null`, also what an absent member reads as.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any JSON number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Object),
    /// A live object of the shell, by number. Never crosses the wire: written as `null`.
    Handle(u32),
}

impl Object {
    /// An empty object.
    #[inline(never)]
    pub fn new() -> Self {
        Self::default()
    }

    /// An object of members whose keys the caller knows to differ from each other. Cheaper than
    /// [`Object::set`] for each, which looks at all members that are there already.
    pub fn from_distinct(members: Vec<(String, Value)>) -> Self {
        Self(Box::new(Members(members)))
    }

    /// The member called `key`, if there is one.
    #[inline]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// The member called `key`, for changing it in place.
    #[inline]
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0.get_mut(key)
    }

    /// Sets a member, in its old place if it exists, else at the end.
    #[inline]
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.put(key, value.into());
    }

    #[inline]
    pub(crate) fn put(&mut self, key: &str, value: Value) {
        self.0.put(key, value);
    }

    /// As [`Object::set`], for building an object in one expression.
    #[must_use]
    #[inline]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.put(key, value.into());
        self
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let place = self.0 .0.iter().position(|(name, _)| name == key)?;
        Some(self.0 .0.remove(place).1)
    }

    /// All members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0 .0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// All members in order, taken out.
    pub fn into_members(self) -> impl Iterator<Item = (String, Value)> {
        self.0 .0.into_iter()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0 .0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0 .0.is_empty()
    }
}

// Not inlined: there are hundreds of callers, and the browser build must stay small.
impl Members {
    #[inline(never)]
    fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    #[inline(never)]
    fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    #[inline(never)]
    fn put(&mut self, key: &str, value: Value) {
        match self.get_mut(key) {
            Some(slot) => *slot = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }
}

impl FromIterator<(String, Value)> for Object {
    fn from_iter<T: IntoIterator<Item = (String, Value)>>(members: T) -> Self {
        let mut object = Self::new();
        for (key, value) in members {
            object.set(&key, value);
        }
        object
    }
}

impl Value {
    /// The member called `key` of an object; `None` for other kinds of value.
    #[inline(never)]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// Whether JavaScript would treat it as true in a condition.
    pub fn is_truthy(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(flag) => *flag,
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Text(text) => !text.is_empty(),
            Value::List(_) | Value::Object(_) | Value::Handle(_) => true,
        }
    }
}

impl From<&str> for Value {
    #[inline(never)]
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::List(items)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}
