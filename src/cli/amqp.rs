//! A client of a real RabbitMQ that shows every frame in the order it arrives.
//!
//! Client libraries hide the order of returns, confirms and deliveries, and the closing of a channel as an event. A transcript must show
//! them, so this speaks AMQP itself. It uses the frames of `amq-protocol`, the codec of lapin.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use amq_protocol::frame::{AMQPContentHeader, AMQPFrame, ProtocolVersion, WriteContext, gen_frame, parse_frame};
use amq_protocol::protocol::{AMQPClass, basic, channel as amqp_channel, connection};
use amq_protocol::types::{AMQPValue, FieldArray, FieldTable, LongString, ShortString};

use crate::broker::{Capabilities, Properties, Table, Value};

const FRAME_MAX: u32 = 131_072;

/// Where a broker is.
#[derive(Clone)]
pub struct Address {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: String,
    pub vhost: String,
}

/// Without the password: people copy such texts into reports.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}, virtual host {}", self.host, self.port, self.vhost)
    }
}

impl Address {
    /// Reads `amqp://user:password@host:port/vhost`.
    pub fn parse(url: &str) -> Result<Self, String> {
        // What is refused is not told again: it may hold a password.
        if url.starts_with("amqps://") {
            return Err("AMQP is spoken without TLS only: open a tunnel to the broker, and give its amqp:// address.".to_owned());
        }
        let rest = url.strip_prefix("amqp://").ok_or("The address of the broker does not begin with amqp://.")?;
        check_login(rest)?;
        let (authority, vhost) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, place) = authority.rsplit_once('@').unwrap_or(("guest:guest", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let is_port = |text: &str| !text.ends_with(']');
        let (host, port) = place.rsplit_once(':').filter(|(_, port)| is_port(port)).unwrap_or((place, "5672"));
        let port = port.parse().map_err(|_| "The port of the broker's address is none.".to_owned())?;
        let vhost = decoded(vhost);
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            user: decoded(user),
            password: decoded(password),
            vhost: if vhost.is_empty() { "/".to_owned() } else { vhost },
        })
    }
}

/// A password with one of these signs would be read as a host and a path. Then a name server or a log would have it.
pub fn check_login(rest: &str) -> Result<(), String> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if rest[end..].contains('@') {
        return Err("In a user or a password, write / ? # @ as %2F %3F %23 %40.".to_owned());
    }
    Ok(())
}

/// A part of a URL with its `%2F` and the like as the letters they stand for.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A name as a part of a URL's path.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A frame, and the connection it came on; none: the connection has ended.
pub type Arrival = (usize, Option<AMQPFrame>);

/// Connections to one broker. All their frames arrive in one line.
pub struct Wire {
    address: Address,
    sockets: BTreeMap<usize, TcpStream>,
    next: usize,
    sender: Sender<Arrival>,
    receiver: Receiver<Arrival>,
}

impl Wire {
    /// How long the broker may take to answer.
    pub const PATIENCE: Duration = Duration::from_secs(15);

    pub fn new(address: Address) -> Self {
        let (sender, receiver) = channel();
        Self { address, sockets: BTreeMap::new(), next: 0, sender, receiver }
    }

    /// Connects and logs in.
    pub fn connect(&mut self, capabilities: Capabilities) -> Result<usize, String> {
        let place = (self.address.host.as_str(), self.address.port);
        let mut socket = TcpStream::connect(place).map_err(|error| format!("{}:{}: {error}", place.0, place.1))?;
        let _ = socket.set_nodelay(true);
        let mut reader = Frames::new(socket.try_clone().map_err(|error| error.to_string())?);
        let mut say = |frame: &AMQPFrame| socket.write_all(&bytes_of(frame)).map_err(|error| error.to_string());
        say(&AMQPFrame::ProtocolHeader(ProtocolVersion::amqp_0_9_1()))?;
        reader.expect("connection.start")?;
        let mut known = FieldTable::default();
        for (name, flag) in [
            ("publisher_confirms", true),
            ("exchange_exchange_bindings", true),
            ("basic.nack", true),
            ("consumer_cancel_notify", capabilities.consumer_cancel_notify),
            ("connection.blocked", capabilities.connection_blocked),
        ] {
            known.insert(name.into(), AMQPValue::Boolean(flag));
        }
        let mut client_properties = FieldTable::default();
        client_properties.insert("capabilities".into(), AMQPValue::FieldTable(known));
        client_properties.insert("product".into(), AMQPValue::LongString(LongString::from("Requeue")));
        let start_ok = connection::StartOk {
            client_properties,
            mechanism: "PLAIN".into(),
            response: LongString::from(format!("\0{}\0{}", self.address.user, self.address.password)),
            locale: "en_US".into(),
        };
        say(&connection_frame(connection::AMQPMethod::StartOk(start_ok)))?;
        reader.expect("connection.tune")?;
        let tune_ok = connection::TuneOk { channel_max: 2047, frame_max: FRAME_MAX, heartbeat: 0 };
        say(&connection_frame(connection::AMQPMethod::TuneOk(tune_ok)))?;
        let open = connection::Open { virtual_host: self.address.vhost.as_str().into() };
        say(&connection_frame(connection::AMQPMethod::Open(open)))?;
        reader.expect("connection.open-ok")?;

        let id = self.next;
        self.next += 1;
        self.sockets.insert(id, socket);
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            while let Ok(frame) = reader.next() {
                if sender.send((id, Some(frame))).is_err() {
                    return;
                }
            }
            let _ = sender.send((id, None));
        });
        Ok(id)
    }

    /// Sends a frame; false when the connection is gone.
    pub fn send(&mut self, connection: usize, frame: &AMQPFrame) -> bool {
        self.send_bytes(connection, &bytes_of(frame))
    }

    pub fn send_bytes(&mut self, connection: usize, bytes: &[u8]) -> bool {
        self.sockets.get_mut(&connection).is_some_and(|socket| socket.write_all(bytes).is_ok())
    }

    /// The TCP connection ends without a word.
    pub fn drop_connection(&mut self, connection: usize) {
        if let Some(socket) = self.sockets.remove(&connection) {
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
    }

    /// The next frame of any connection, if one comes in time.
    pub fn receive(&self, within: Duration) -> Option<Arrival> {
        self.receiver.recv_timeout(within).ok()
    }

    /// How long to wait for an answer.
    #[expect(clippy::disallowed_methods, reason = "a real broker takes real time")]
    pub fn deadline() -> Instant {
        Instant::now() + Self::PATIENCE
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        for socket in self.sockets.values() {
            let _ = socket.shutdown(std::net::Shutdown::Both);
        }
    }
}

pub fn connection_frame(method: connection::AMQPMethod) -> AMQPFrame {
    AMQPFrame::Method(0, AMQPClass::Connection(method))
}

pub fn channel_frame(number: u16, method: amqp_channel::AMQPMethod) -> AMQPFrame {
    AMQPFrame::Method(number, AMQPClass::Channel(method))
}

/// A message's header and body.
pub fn content_frames(number: u16, properties: basic::AMQPProperties, body: &[u8]) -> Vec<AMQPFrame> {
    let header = AMQPContentHeader { class_id: 60, body_size: body.len() as u64, properties };
    let chunk = FRAME_MAX as usize - 8;
    let bodies = body.chunks(chunk).map(|part| AMQPFrame::Body(number, part.to_vec()));
    std::iter::once(AMQPFrame::Header(number, header)).chain(bodies).collect()
}

fn bytes_of(frame: &AMQPFrame) -> Vec<u8> {
    let mut size = 8_192;
    loop {
        // The codec writes into a buffer of fixed size, and fails when it is too small.
        let mut buffer = vec![0; size];
        let written = gen_frame(frame)(WriteContext::from(std::io::Cursor::new(&mut buffer[..]))).map(|context| context.into_inner().1);
        match written {
            Ok(length) => {
                buffer.truncate(usize::try_from(length).unwrap_or(size));
                return buffer;
            }
            Err(_) if size < (1 << 26) => size *= 4,
            Err(error) => unreachable!("a frame of more than 64 MiB: {error:?}"),
        }
    }
}

/// Frames out of a stream of bytes.
struct Frames {
    socket: TcpStream,
    buffer: Vec<u8>,
}

impl Frames {
    const fn new(socket: TcpStream) -> Self {
        Self { socket, buffer: Vec::new() }
    }

    fn next(&mut self) -> Result<AMQPFrame, String> {
        let mut chunk = [0; 16_384];
        loop {
            if let Ok((rest, frame)) = parse_frame(&self.buffer[..]) {
                let used = self.buffer.len() - rest.len();
                self.buffer.drain(..used);
                return Ok(frame);
            }
            match self.socket.read(&mut chunk) {
                Ok(0) => return Err("the broker ended the connection".to_owned()),
                Ok(length) => self.buffer.extend_from_slice(&chunk[..length]),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    fn expect(&mut self, what: &str) -> Result<(), String> {
        match self.next()? {
            AMQPFrame::Method(_, AMQPClass::Connection(connection::AMQPMethod::Close(close))) => {
                Err(format!("the broker refused the connection: {} {}", close.reply_code, close.reply_text))
            }
            AMQPFrame::Method(0, AMQPClass::Connection(_)) => Ok(()),
            other => Err(format!("expected {what}, got {other}")),
        }
    }
}

pub fn short(text: &str) -> ShortString {
    text.into()
}

pub fn table_to_amqp(table: &Table) -> FieldTable {
    let mut amqp = FieldTable::default();
    for (name, value) in table.iter() {
        amqp.insert(short(name), value_to_amqp(value));
    }
    amqp
}

fn value_to_amqp(value: &Value) -> AMQPValue {
    match value {
        Value::Void => AMQPValue::Void,
        Value::Bool(flag) => AMQPValue::Boolean(*flag),
        Value::Int(number) => AMQPValue::LongLongInt(*number),
        Value::Double(number) => AMQPValue::Double(*number),
        Value::String(text) => AMQPValue::LongString(LongString::from(text.as_bytes())),
        Value::Timestamp(seconds) => AMQPValue::Timestamp(*seconds),
        Value::Array(items) => {
            let mut array = FieldArray::default();
            for item in items {
                array.push(value_to_amqp(item));
            }
            AMQPValue::FieldArray(array)
        }
        Value::Table(table) => AMQPValue::FieldTable(table_to_amqp(table)),
    }
}

pub fn table_from_amqp(amqp: &FieldTable) -> Table {
    amqp.inner().iter().map(|(name, value)| (name.as_str().into(), value_from_amqp(value))).collect()
}

fn value_from_amqp(value: &AMQPValue) -> Value {
    match value {
        AMQPValue::Boolean(flag) => Value::Bool(*flag),
        AMQPValue::ShortShortInt(number) => Value::Int(i64::from(*number)),
        AMQPValue::ShortShortUInt(number) => Value::Int(i64::from(*number)),
        AMQPValue::ShortInt(number) => Value::Int(i64::from(*number)),
        AMQPValue::ShortUInt(number) => Value::Int(i64::from(*number)),
        AMQPValue::LongInt(number) => Value::Int(i64::from(*number)),
        AMQPValue::LongUInt(number) => Value::Int(i64::from(*number)),
        AMQPValue::LongLongInt(number) => Value::Int(*number),
        AMQPValue::Float(number) => Value::Double(f64::from(*number)),
        AMQPValue::Double(number) => Value::Double(*number),
        AMQPValue::ShortString(text) => Value::string(text.as_str()),
        AMQPValue::LongString(text) => Value::string(&String::from_utf8_lossy(text.as_bytes())),
        AMQPValue::FieldArray(items) => Value::Array(items.as_slice().iter().map(value_from_amqp).collect()),
        AMQPValue::Timestamp(seconds) => Value::Timestamp(*seconds),
        AMQPValue::FieldTable(table) => Value::Table(table_from_amqp(table)),
        AMQPValue::ByteArray(bytes) => Value::string(&String::from_utf8_lossy(bytes.as_slice())),
        AMQPValue::DecimalValue(_) | AMQPValue::Void => Value::Void,
    }
}

pub fn properties_to_amqp(properties: &Properties) -> basic::AMQPProperties {
    let mut amqp = basic::AMQPProperties::default();
    if let Some(text) = &properties.content_type {
        amqp = amqp.with_content_type(short(text));
    }
    if let Some(text) = &properties.content_encoding {
        amqp = amqp.with_content_encoding(short(text));
    }
    if let Some(mode) = properties.delivery_mode {
        amqp = amqp.with_delivery_mode(mode);
    }
    if let Some(priority) = properties.priority {
        amqp = amqp.with_priority(priority);
    }
    if let Some(text) = &properties.correlation_id {
        amqp = amqp.with_correlation_id(short(text));
    }
    if let Some(text) = &properties.reply_to {
        amqp = amqp.with_reply_to(short(text));
    }
    if let Some(text) = &properties.expiration {
        amqp = amqp.with_expiration(short(text));
    }
    if let Some(text) = &properties.message_id {
        amqp = amqp.with_message_id(short(text));
    }
    if let Some(seconds) = properties.timestamp {
        amqp = amqp.with_timestamp(seconds);
    }
    if let Some(text) = &properties.message_type {
        amqp = amqp.with_type(short(text));
    }
    if let Some(text) = &properties.user_id {
        amqp = amqp.with_user_id(short(text));
    }
    if let Some(text) = &properties.app_id {
        amqp = amqp.with_app_id(short(text));
    }
    if let Some(headers) = &properties.headers {
        amqp = amqp.with_headers(table_to_amqp(headers));
    }
    amqp
}

pub fn properties_from_amqp(amqp: &basic::AMQPProperties) -> Properties {
    let text = |value: &Option<ShortString>| value.as_ref().map(|text| text.as_str().into());
    Properties {
        content_type: text(amqp.content_type()),
        content_encoding: text(amqp.content_encoding()),
        delivery_mode: *amqp.delivery_mode(),
        priority: *amqp.priority(),
        correlation_id: text(amqp.correlation_id()),
        reply_to: text(amqp.reply_to()),
        expiration: text(amqp.expiration()),
        message_id: text(amqp.message_id()),
        timestamp: *amqp.timestamp(),
        message_type: text(amqp.kind()),
        user_id: text(amqp.user_id()),
        app_id: text(amqp.app_id()),
        headers: amqp.headers().as_ref().map(table_from_amqp),
        history: None,
    }
}
