use crate::values::json;
use js_sys::Promise;
use skylink_wasm::browser::request::Request;
use skylink_wasm::convert::text;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn get(url: &str) -> (Request, Promise) {
    Request::get(url, &[("Skylink_SDK_type", "Web SDK".to_owned())]).unwrap()
}

async fn answer(url: &str) -> Result<JsValue, JsValue> {
    let (_request, promise) = get(url);
    promise.await
}

#[wasm_bindgen_test]
async fn fulfils_with_status_and_document() {
    let answer = answer(r#"data:application/json,{"room_key":"r","len":[1,null]}"#).await.unwrap();
    assert_eq!(json(&answer), r#"[200,{"room_key":"r","len":[1,null]}]"#);
}

#[wasm_bindgen_test]
async fn a_body_that_is_no_json_is_undefined() {
    for url in ["data:text/html,<p>Hello", "data:,", r#"data:application/json,{"cut":"#] {
        let answer: js_sys::Array = answer(url).await.unwrap().into();
        assert_eq!(answer.get(0), 200);
        assert!(answer.get(1).is_undefined(), "{url}");
    }
}

/// The server of the test page knows no such document.
#[wasm_bindgen_test]
async fn fulfils_with_the_status_of_a_refusal() {
    let answer: js_sys::Array = answer("/no/such/document").await.unwrap().into();
    assert_eq!(answer.get(0), 404);
}

#[wasm_bindgen_test]
async fn rejects_where_there_is_no_server() {
    let error = answer("http://127.0.0.1:2/").await.unwrap_err();
    assert_eq!(text(&error, "name"), "TypeError");
}

#[wasm_bindgen_test]
async fn dropping_it_gives_it_up() {
    let (request, promise) = get("data:application/json,1");
    drop(request);
    assert_eq!(text(&promise.await.unwrap_err(), "name"), "AbortError");
}
