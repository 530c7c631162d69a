//! Requests as real libraries write them, and the exact answers.

use crate::client::{BOT, Client, FORM, ids};
use botapi_sim::Simulator;

fn start() -> (Simulator, Client) {
    let simulator = Simulator::start().unwrap();
    let client = Client::connect(&simulator.root_url());
    (simulator, client)
}

#[test]
fn parameters_come_in_every_encoding() {
    let (simulator, mut client) = start();
    let ids_there: Vec<i64> =
        ["a", "b", "c", "d"].iter().filter_map(|text| simulator.inject(BOT, text)).collect();
    let multipart = |offset| {
        format!("--B\r\nContent-Disposition: form-data; name=\"offset\"\r\n\r\n{offset}\r\n--B--\r\n")
    };
    let path = "/bot42:token/getUpdates";
    let [first, second, third, fourth] = ids_there[..] else { panic!("four messages") };
    assert_eq!(ids(&client.get(&format!("{path}?offset={first}"))), ids_there);
    assert_eq!(ids(&client.post(path, FORM, &format!("offset={second}&limit=100"))), ids_there[1..]);
    let json = format!(r#"{{"offset": {third}, "allowed_updates": ["message"]}}"#);
    assert_eq!(ids(&client.post(path, "application/json", &json)), ids_there[2..]);
    let form = client.post(path, "multipart/form-data; boundary=B", &multipart(fourth));
    assert_eq!(ids(&form), ids_there[3..]);
}

#[test]
fn a_get_may_have_a_form_as_its_body() {
    let (simulator, mut client) = start();
    let id = simulator.inject(BOT, "hello").unwrap();
    let body = format!("offset={id}");
    let head = format!(
        "GET /bot42:token/getUpdates HTTP/1.1\r\nContent-Type: {FORM}\r\nContent-Length: {}",
        body.len()
    );
    client.send(&format!("{head}\r\n\r\n{body}"));
    assert_eq!(ids(&client.receive()), [id]);
}

#[test]
fn a_chunked_body_that_waits_for_a_100_is_read() {
    let (simulator, mut client) = start();
    client.send(&format!(
        "POST /bot42:token/sendMessage HTTP/1.1\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
    ));
    assert_eq!(client.receive_head(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("a\r\nchat_id=1&\r\n7\r\ntext=hi\r\n0\r\n\r\n");
    assert_eq!(client.receive().status, 200);
    assert_eq!(simulator.report(BOT).sent[0].text, "hi");
}

#[test]
fn an_answer_has_the_real_headers_and_keeps_the_connection() {
    let (_simulator, mut client) = start();
    let answer = client.call("getUpdates");
    assert_eq!(answer.body, r#"{"ok":true,"result":[]}"#);
    assert!(answer.head.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(answer.head.contains("\r\nContent-Type: application/json\r\n"));
    assert!(answer.head.contains("\r\nConnection: keep-alive\r\n"));
    assert_eq!(client.call("deleteWebhook").status, 200);
}

#[test]
fn a_client_that_asks_for_it_gets_a_closed_connection() {
    let (_simulator, mut client) = start();
    client.send("GET /bot42:token/getMe HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(client.receive().head.contains("\r\nConnection: close\r\n"));
    assert!(client.is_closed_by_server());
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (_simulator, mut client) = start();
    client.ask("getMe");
    client.ask("getNothing");
    assert_eq!((client.receive().status, client.receive().status), (200, 404));
}

#[test]
fn wrong_addresses_get_the_real_errors() {
    let (_simulator, mut client) = start();
    for (path, status, words) in [
        ("/", 404, "Not Found"),
        ("/bot42:token", 404, "Not Found"),
        ("/file/bot42:token/x", 404, "Not Found"),
        ("/bot42:token/getNothing", 404, "Not Found: method not found"),
        ("/bottoken/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot042:token/getMe", 401, "Unauthorized: invalid token specified"),
        ("/botx:token/getMe", 421, "Misdirected Request: unallowed token specified"),
    ] {
        let answer = client.get(path);
        let body = format!(r#"{{"ok":false,"error_code":{status},"description":"{words}"}}"#);
        assert_eq!((answer.status, answer.body), (status, body), "{path}");
    }
}

#[test]
fn a_method_may_be_in_any_case_or_a_parameter_and_a_token_may_be_encoded() {
    let (_simulator, mut client) = start();
    for path in ["/bot42:token/GETme", "/bot42%3Atoken/getMe", "/bot42:token/?method=getMe"] {
        assert!(client.get(path).body.contains(r#""id":42"#), "{path}");
    }
}

#[test]
fn too_many_requests_has_the_header_retry_after() {
    let (_simulator, mut client) = start();
    client.call("setWebhook?url=https://bot.example/");
    let answer = client.call("setWebhook?url=https://bot.example/other");
    assert_eq!(answer.status, 429);
    assert!(answer.head.contains("\r\nRetry-After: 1\r\n"), "{}", answer.head);
}

#[test]
fn malformed_requests_are_refused_and_the_connection_closed() {
    for text in ["nonsense\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"] {
        let (_simulator, mut client) = start();
        client.send(text);
        assert_eq!(client.receive().status, 400, "{text:?}");
        assert!(client.is_closed_by_server());
    }
}

#[test]
fn other_processes_drive_it_under_sim() {
    let (_simulator, mut client) = start();
    let injected = client.post("/sim/inject?bot=42&text=hello&count=2", FORM, "");
    let injected: serde_json::Value = serde_json::from_str(&injected.body).unwrap();
    let first = injected["update_ids"][0].as_i64().unwrap();
    assert_eq!(ids(&client.call("getUpdates")), [first, first + 1]);
    client.call("sendMessage?chat_id=1&text=hello");
    let report: serde_json::Value = serde_json::from_str(&client.get("/sim/report?bot=42").body).unwrap();
    assert_eq!(report["pending"], serde_json::json!([first, first + 1]));
    assert_eq!(report["answered"][first.to_string()], 1);
    assert_eq!(report["answered"][(first + 1).to_string()], 0);
    assert_eq!(report["visible_conflicts"]["other_poll"], 0);
    let log: serde_json::Value = serde_json::from_str(&client.get("/sim/log").body).unwrap();
    assert_eq!(log[0]["event"], format!("queued {first}: hello"));
    assert!(!client.get("/sim/log").body.contains("token"), "tokens are never logged");
    assert_eq!(client.post("/sim/reset", FORM, "").status, 200);
    assert_eq!(client.get("/sim/log?bot=42").body, "[]");
}

#[test]
fn wrong_requests_under_sim_say_what_is_wanted() {
    let (_simulator, mut client) = start();
    for (path, status) in
        [("/sim/inject", 405), ("/sim/report", 400), ("/sim/log?bot=x", 400), ("/sim/x", 404)]
    {
        let answer = client.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.body.starts_with(r#"{"error":""#), "{}", answer.body);
    }
}

#[test]
fn every_answer_comes_later_by_the_latency() {
    let (simulator, mut client) = start();
    let latency = std::time::Duration::from_millis(50);
    simulator.set_latency(latency);
    let asked = std::time::Instant::now();
    client.call("getMe");
    assert!(asked.elapsed() >= latency);
}
