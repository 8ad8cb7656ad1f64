use crate::values::{js, json};
use js_sys::{Array, Function, Reflect};
use skylink_protocol::{Object, Value};
use skylink_wasm::convert::{from_js, get, members_to_js, text, to_js, JSON_TEXT};
use skylink_wasm::handles::Handles;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

/// Each kind of value, an object's order of members, text beyond ASCII.
const DOCUMENT: &str =
    r#"{"z":null,"a":[true,false,-1.5,"Grüße 👋",[],{}],"nested":{"2":"two","1":{"deep":[[0]]}},"":""}"#;

fn set(object: &JsValue, key: &str, value: &JsValue) {
    assert!(Reflect::set(object, &key.into(), value).unwrap());
}

#[wasm_bindgen_test]
fn values_come_back_as_they_went() {
    let value = from_js(&js(DOCUMENT));
    assert_eq!(json(&to_js(&value, None)), json(&js(DOCUMENT)));
    assert_eq!(from_js(&to_js(&value, None)), value);
}

#[wasm_bindgen_test]
fn json_text_is_read_and_written_by_the_browser() {
    let value = (JSON_TEXT.parse)(DOCUMENT).unwrap();
    assert_eq!((JSON_TEXT.print)(&value), json(&js(DOCUMENT)));
    assert_eq!((JSON_TEXT.parse)(r#"{"cut":"#), None);
    assert_eq!((JSON_TEXT.parse)("undefined"), None);
}

#[wasm_bindgen_test]
fn what_json_cannot_say_is_left_out_or_null() {
    let object = js(r#"{"first":1}"#);
    set(&object, "undefined", &JsValue::UNDEFINED);
    set(&object, "function", &Function::new_no_args(""));
    set(&object, "symbol", &JsValue::symbol(None));
    set(&object, "last", &2.into());
    let expected = Object::new().with("first", 1.0).with("symbol", Value::Null).with("last", 2.0);
    assert_eq!(from_js(&object), expected.into());

    let list = Array::of3(&JsValue::UNDEFINED, &Function::new_no_args(""), &JsValue::bigint_from_str("7"));
    assert_eq!(from_js(&list), Value::List(vec![Value::Null, Value::Null, Value::Null]));
    assert_eq!(from_js(&JsValue::UNDEFINED), Value::Null);
    assert_eq!(from_js(&Function::new_no_args("")), Value::Null);
}

#[wasm_bindgen_test]
fn objects_that_know_their_json_are_asked() {
    let date = js_sys::Date::new(&0.0.into());
    let object = js("{}");
    set(&object, "when", &date);
    assert_eq!(from_js(&object), Object::new().with("when", "1970-01-01T00:00:00.000Z").into());

    let throwing = js("{}");
    set(&throwing, "toJSON", &Function::new_no_args("throw new Error('no')"));
    assert_eq!(from_js(&throwing), Value::Null);
    let own = js("{}");
    set(&own, "toJSON", &Function::new_no_args("return this"));
    assert_eq!(from_js(&own), Value::Null);
}

/// Two ways back to itself at each level: following them to any depth would never end.
#[wasm_bindgen_test]
fn cycles_end() {
    let object = js(r#"{"name":"inner"}"#);
    set(&object, "self", &object);
    set(&object, "list", &Array::of2(&object, &"item".into()));
    let expected = Object::new()
        .with("name", "inner")
        .with("self", Value::Null)
        .with("list", vec![Value::Null, "item".into()]);
    assert_eq!(from_js(&object), expected.into());
}

#[wasm_bindgen_test]
fn an_object_may_stand_in_two_places() {
    let shared = js(r#"{"id":1}"#);
    let id = || Value::from(Object::new().with("id", 1.0));
    assert_eq!(from_js(&Array::of2(&shared, &shared)), Value::List(vec![id(), id()]));
}

#[wasm_bindgen_test]
fn depth_has_an_end() {
    let depth = 100_000;
    let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    if let Some(value) = (JSON_TEXT.parse)(&text) {
        let mut innermost = &value;
        while let Some([inner]) = innermost.as_list() {
            innermost = inner;
        }
        assert_eq!(*innermost, Value::Null);
    }
}

#[wasm_bindgen_test]
fn a_member_called_proto_is_a_member() {
    let value = (JSON_TEXT.parse)(r#"{"__proto__":{"isAdmin":true}}"#).unwrap();
    let object = to_js(&value, None);
    assert!(get(&object, "isAdmin").is_undefined());
    assert_eq!(json(&object), r#"{"__proto__":{"isAdmin":true}}"#);
}

#[wasm_bindgen_test]
fn handles_become_the_objects_they_name() {
    let handles = Handles::default();
    let stream: JsValue = Array::new().into();
    let handle = handles.keep(stream.clone());
    let detail = Object::new().with("stream", Value::Handle(handle));
    assert_eq!(get(&members_to_js(&detail, Some(&handles)), "stream"), stream);
    assert!(get(&members_to_js(&detail, None), "stream").is_null());
    assert_eq!((JSON_TEXT.print)(&detail.clone().into()), r#"{"stream":null}"#);

    handles.release(handle);
    assert_eq!(handles.count(), 0);
    assert!(get(&members_to_js(&detail, Some(&handles)), "stream").is_null());
}

#[wasm_bindgen_test]
fn handles_are_not_used_twice_and_know_what_they_name() {
    let handles = Handles::default();
    let first = handles.keep("first".into());
    handles.release(first);
    let second = handles.keep(Array::new().into());
    assert_ne!(first, second);
    assert!(handles.get_as::<Array>(second).is_some());
    assert!(handles.get_as::<Function>(second).is_none());

    let chosen = 0x8000_0001;
    handles.keep_as(chosen, "chosen".into());
    assert_eq!(handles.get(chosen), "chosen");
    assert_eq!(handles.count(), 2);
}

#[wasm_bindgen_test]
fn members_of_any_value_can_be_asked_for() {
    let object = js(r#"{"text":"t","number":1}"#);
    assert_eq!(text(&object, "text"), "t");
    assert_eq!(text(&object, "number"), "");
    assert_eq!(text(&object, "missing"), "");
    assert!(get(&JsValue::UNDEFINED, "text").is_undefined());
    assert!(get(&JsValue::NULL, "text").is_undefined());
}
