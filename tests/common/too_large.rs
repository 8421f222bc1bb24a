//! Files that are larger than a limit allows, one for each limit. The tests of the limits and of the application read them.

use requeue::base::limits;

/// So many things, each made of its number.
pub fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    let parts: Vec<String> = (0..count).map(one).collect();
    parts.join(",")
}

#[derive(Default)]
pub struct Parts<'a> {
    pub network: &'a str,
    pub broker: String,
    pub clients: String,
    pub services: String,
    pub rest: String,
}

impl Parts<'_> {
    pub fn text(&self) -> String {
        format!(
            r#"{{"requeue":1,"title":"t","network":{{"latency_ms":1{}}},"broker":{{{}}},"clients":[{}],"services":[{}]{}}}"#,
            self.network, self.broker, self.clients, self.services, self.rest
        )
    }
}

pub fn queues(count: usize) -> String {
    many(count, |number| format!(r#"{{"name":"q{number}","at":[0,0]}}"#))
}

fn service(handlers: &str) -> String {
    format!(r#"{{"name":"s","at":[0,0],"handlers":[{handlers}]}}"#)
}

/// Files that are too large in one way each, and what is said.
pub fn too_large() -> Vec<(String, String)> {
    let broker = |broker: String| Parts { broker, ..Parts::default() }.text();
    let of_service = |service: String| Parts { services: service, ..Parts::default() }.text();
    let rest = |rest: String| Parts { rest, ..Parts::default() }.text();
    let effect = r#"{"do":"effect","what":"e","of":"n"}"#;
    let client = |arrivals: &str| {
        let clients = format!(r#"{{"name":"c","at":[0,0],"calls":{{"service":"s","endpoint":"x"}},"arrivals":{arrivals}}}"#);
        Parts { clients, services: service(r#"{"on":{"http":"x"},"steps":[]}"#), ..Parts::default() }.text()
    };
    vec![
        (" ".repeat(limits::FILE_BYTES + 1), "16,777,217 bytes of a file are more than 16,777,216".into()),
        // A value in two bytes of a file takes 32 of memory, at least.
        (format!("[{}]", many(limits::VALUES, |_| "0".to_owned())), "1,000,001 values of a JSON file are more than 1,000,000".into()),
        (broker(format!(r#""queues":[{}]"#, queues(limits::NODES + 1))), "broker.queues: 5,001 queues are more than 5,000".into()),
        (
            broker(format!(
                r#""queues":[{}],"exchanges":[{}]"#,
                queues(3_000),
                many(2_001, |number| format!(r#"{{"name":"x{number}","at":[0,0],"type":"fanout"}}"#))
            )),
            "5,001 exchanges, queues, clients and service instances are more than 5,000".into(),
        ),
        (
            broker(format!(
                r#""queues":[{}],"exchanges":[{{"name":"x","at":[0,0],"type":"topic"}}],"bindings":[{}]"#,
                queues(1),
                many(limits::BINDINGS + 1, |number| format!(r#"{{"source":"x","queue":"q0","routing_key":"{number}"}}"#))
            )),
            "broker.bindings: 10,001 bindings are more than 10,000".into(),
        ),
        (
            broker(format!(
                r#""policies":[{}]"#,
                many(limits::POLICIES + 1, |number| format!(r#"{{"name":"p{number}","pattern":"^a","definition":{{"max-length":1}}}}"#))
            )),
            "broker.policies: 101 policies are more than 100".into(),
        ),
        (
            Parts {
                network: &format!(r#","links":[{}]"#, many(limits::LINKS + 1, |_| r#"{"between":["s","broker"],"latency_ms":1}"#.into())),
                services: service(""),
                ..Parts::default()
            }
            .text(),
            "network.links: 1,001 links of the network are more than 1,000".into(),
        ),
        (
            of_service(service(&many(limits::HANDLERS + 1, |number| format!(r#"{{"on":{{"http":"{number}"}},"steps":[]}}"#)))),
            "services[0].handlers: 101 handlers of a service are more than 100".into(),
        ),
        (
            of_service(service(&format!(r#"{{"on":{{"http":"x"}},"steps":[{}]}}"#, many(limits::STEPS + 1, |_| effect.into())))),
            "services[0].handlers[0].steps: 101 steps of a handler are more than 100".into(),
        ),
        (
            of_service(service(r#"{"on":{"http":"x"},"once":{"remember":1000001},"steps":[]}"#)),
            "services[0].handlers[0].once.remember: 1,000,001 ids that a handler remembers are more than 1,000,000".into(),
        ),
        (
            rest(format!(r#","faults":[{}]"#, many(limits::FAULTS + 1, |_| r#""restart broker at 1s""#.into()))),
            "faults: 1,001 faults are more than 1,000".into(),
        ),
        (
            rest(format!(r#","until_ms":1,"expects":[{}]"#, many(limits::EXPECTATIONS + 1, |_| r#"{"property":"lost = 0"}"#.into()))),
            "expects: 101 expectations are more than 100".into(),
        ),
        (client(r#"{"at_once":100001}"#), "clients[0].arrivals: 100,001 requests at once are more than 100,000".into()),
        (
            client(&format!(r#"{{"at_ms":[{}]}}"#, many(limits::AT_ONCE + 1, |number| number.to_string()))),
            "clients[0].arrivals.at_ms: 100,001 moments of a recorded list are more than 100,000".into(),
        ),
        (
            broker(format!(r#""queues":[{{"name":"{}","at":[0,0]}}]"#, "n".repeat(256))),
            "broker.queues[0].name: a name has at most 255 bytes, this one has 256".into(),
        ),
        (
            broker(r#""queues":[{"name":"q","at":[1e308,0]},{"name":"r","at":[-1e308,0]}]"#.into()),
            "broker.queues[0].at: the canvas ends at 1,000,000 units from its middle".into(),
        ),
        (
            broker(r#""queues":[{"name":"q","at":[0,1000001]}]"#.into()),
            "broker.queues[0].at: the canvas ends at 1,000,000 units from its middle".into(),
        ),
        // Millions of mistakes: some are told, the others counted.
        (rest(format!(r#","faults":[{}]"#, many(1_000, |_| "[]".into()))), "there are 900 more mistakes".into()),
        (rest(format!(",{}", many(900_000, |number| format!(r#""f{number}":0"#)))), "there are 899,900 more mistakes".into()),
        (format!("{}{}", r#"{"requeue":"#, "[".repeat(900_000)), "this is not JSON".into()),
    ]
}
