//! Runs the Node.js programs of `tests/clients` on a real RabbitMQ. Each has a virtual host, so most run beside each other.
//!
//! What happens to a program waits for what the program has told, and not for a time: a busy machine is slower, and the order stays.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use requeue::scenario::{Deploy, Ending, FaultKind, Moment, Operation, Scenario, SimTime};

/// How long a program may take for what it is to tell next. One that never tells it has seen something else.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a program has told too much, it tells within this, before anything else is done to it.
const QUIET: Duration = Duration::from_millis(300);

/// How many programs run beside each other: they mostly wait.
const BESIDE: usize = 6;

/// What a program tells, when, and which instance of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub at: SimTime,
    pub instance: usize,
    pub line: String,
}

/// As it stands in a file: of several processes one after the other, because what two of them tell has no order.
pub fn written(told: &[Told], instances: usize) -> Vec<String> {
    if instances == 1 {
        return told.iter().map(|told| told.line.clone()).collect();
    }
    let of = |instance: usize| told.iter().filter(move |told| told.instance == instance);
    (0..instances).flat_map(|instance| of(instance).map(move |told| format!("{}: {}", instance + 1, told.line))).collect()
}

pub struct Situation {
    pub name: String,
    pub scenario: Scenario,
    /// What the simulated program tells.
    pub expected: Vec<Told>,
}

/// What happens to the broker, the network, or the program.
#[derive(Clone, Debug, PartialEq)]
enum Act {
    BrokerStarts,
    BrokerRestarts,
    Alarm(bool),
    Cut,
    Mend,
    Kill,
    Stop,
    PowerOff,
    Freeze,
    Wake,
    Start,
    Operate(Vec<String>),
    Deploy(Box<Deploy>),
}

impl Act {
    /// Whether each program at the broker is concerned.
    const fn is_wide(&self) -> bool {
        matches!(self, Self::BrokerStarts | Self::BrokerRestarts | Self::Alarm(_))
    }
}

impl Situation {
    /// In their order, and from when on each lasts at least as long as in the scenario.
    fn acts(&self) -> Vec<(SimTime, Act, Option<SimTime>)> {
        let mut acts = Vec::new();
        if self.scenario.broker.ready > SimTime::ZERO {
            acts.push((self.scenario.broker.ready, Act::BrokerStarts, None));
        }
        for fault in &self.scenario.faults {
            let Moment::At(at) = fault.when else { continue };
            let (begins, ends) = match &fault.kind {
                FaultKind::RestartBroker => (Act::BrokerRestarts, None),
                FaultKind::Alarm(_) => (Act::Alarm(true), Some(Act::Alarm(false))),
                FaultKind::Partition(_) => (Act::Cut, Some(Act::Mend)),
                FaultKind::Kill(_) => (Act::Kill, Some(Act::Start)),
                FaultKind::Stop(_) => (Act::Stop, Some(Act::Start)),
                FaultKind::PowerOff(_) => (Act::PowerOff, Some(Act::Start)),
                FaultKind::Hang(_) => (Act::Freeze, Some(Act::Wake)),
                // The program sends itself the signal, when it has what it is to give back.
                FaultKind::StopGivingBack(_) => continue,
                FaultKind::Operate(operation) => (Act::Operate(words(operation)), None),
                FaultKind::Deploy(deploy) => (Act::Deploy(deploy.clone()), None),
                other => panic!("{}: nothing does this to a real program: {other}", self.name),
            };
            acts.push((at, begins, None));
            acts.extend(fault.lasts.and_then(|lasts| Some((at + lasts, ends?, Some(at)))));
        }
        acts.sort_by_key(|(at, ..)| *at);
        acts
    }

    /// Those that have the same done to the broker run together, and no other beside them.
    fn company(&self) -> String {
        let acts = self.acts();
        let wide: Vec<String> = acts.iter().filter(|(_, act, _)| act.is_wide()).map(|(_, act, _)| format!("{act:?}")).collect();
        wide.join(" ")
    }

    fn instances(&self) -> usize {
        self.scenario.services.last().map_or(1, |service| service.instances as usize)
    }

    fn until(&self) -> SimTime {
        self.scenario.until.expect("a situation has an end")
    }
}

fn words(operation: &Operation) -> Vec<String> {
    let words = match operation {
        Operation::Delete(queue) => vec!["delete", queue],
        Operation::Purge(queue) => vec!["purge", queue],
        Operation::Unbind { queue, exchange, key } => vec!["unbind", queue, exchange, key.as_deref().unwrap_or_default()],
        Operation::Move { from, to } => vec!["move", from, to],
    };
    words.into_iter().map(str::to_owned).collect()
}

#[expect(clippy::disallowed_macros, reason = "a test prints")]
fn rabbitmqctl(words: &str) {
    let program = std::env::var("REQUEUE_RABBITMQCTL").expect("REQUEUE_RABBITMQCTL names the program that steers the broker");
    let done = Command::new(program).args(words.split(' ')).output().expect("rabbitmqctl runs");
    // A thread that panics would leave the others waiting.
    if !done.status.success() {
        eprintln!("rabbitmqctl {words}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

fn signal(name: &str, child: &Child) {
    let _ = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
}

/// What a process has told so far, through all its lives.
type Screen = Arc<Mutex<Vec<String>>>;

fn is_attempt(line: &str) -> bool {
    // How often it cannot connect is a matter of how long RabbitMQ takes to start.
    line == "cannot connect"
}

fn told(screen: &Screen) -> Vec<String> {
    screen.lock().expect("no reader panics").iter().filter(|line| !is_attempt(line)).cloned().collect()
}

/// Waits, but not without end.
fn wait_until(mut is_so: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    while !is_so() {
        if began.elapsed() > PATIENCE {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
    true
}

struct Process {
    child: Child,
    stdin: ChildStdin,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    fn start(mut command: Command, screen: &Screen, errors: &Arc<Mutex<String>>) -> Self {
        let mut child = command.stdin(Stdio::piped()).spawn().expect("node runs");
        let (stdin, stdout, mut stderr) = (child.stdin.take(), child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        let (screen, errors) = (screen.clone(), errors.clone());
        let lines = thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                screen.lock().expect("no reader panics").push(line);
            }
        });
        let rest = thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            errors.lock().expect("no reader panics").push_str(&text);
        });
        Self { child, stdin: stdin.expect("a pipe"), readers: vec![lines, rest] }
    }

    fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// All that it told is on its screen then.
    fn end(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers {
            let _ = reader.join();
        }
    }
}

/// A situation on its way.
struct Stage<'a> {
    situation: &'a Situation,
    file: PathBuf,
    folder: PathBuf,
    wall: Option<(Child, String)>,
    screens: Vec<Screen>,
    errors: Arc<Mutex<String>>,
    processes: Vec<Option<Process>>,
}

impl<'a> Stage<'a> {
    fn new(situation: &'a Situation, programs: &Path) -> Self {
        // Where node finds amqplib beside the programs.
        let folder = std::env::var_os("REQUEUE_CLIENTS").map_or_else(|| programs.to_owned(), PathBuf::from);
        let file = programs.join(&situation.name).with_extension("json");
        let instances = situation.instances();
        Self {
            situation,
            file,
            folder,
            wall: None,
            screens: (0..instances).map(|_| Screen::default()).collect(),
            errors: Arc::default(),
            processes: (0..instances).map(|_| None).collect(),
        }
    }

    /// The address of its virtual host.
    fn url(&self) -> String {
        let url = std::env::var("REQUEUE_AMQP").expect("REQUEUE_AMQP names the broker");
        let (server, _) = url.rsplit_once('/').expect("a virtual host");
        format!("{server}/{}", self.situation.name)
    }

    fn node(&self, file: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.folder.join(file)).arg(&self.file).env("REQUEUE_AMQP", self.url());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a program to its end.
    fn run(&self, mut command: Command) {
        let output = command.output().expect("node runs");
        if !output.status.success() {
            self.errors.lock().expect("no reader panics").push_str(&String::from_utf8_lossy(&output.stderr));
        }
    }

    /// What a program connects to when its network is cut, or its machine loses its power.
    fn build_wall(&mut self) {
        let mut wall = self.node("wall.mjs").stdin(Stdio::piped()).spawn().expect("node runs");
        let mut port = String::new();
        let _ = BufReader::new(wall.stdout.as_mut().expect("a pipe")).read_line(&mut port);
        let url = self.url();
        let (before, path) = url.rsplit_once('/').expect("a virtual host");
        let (host, _) = before.rsplit_once(':').expect("a port");
        self.wall = Some((wall, format!("{host}:{}/{path}", port.trim())));
    }

    /// It answers when it has done so.
    fn tell_wall(&mut self, word: &str) {
        let Some((wall, _)) = &mut self.wall else { return };
        let _ = writeln!(wall.stdin.as_mut().expect("a pipe"), "{word}");
        let mut answer = [0; 1];
        let _ = wall.stdout.as_mut().expect("a pipe").read(&mut answer);
    }

    fn start(&mut self, instance: usize) {
        let mut command = self.node(&format!("{}.mjs", self.situation.name));
        if let Some((_, url)) = &self.wall {
            command.env("REQUEUE_AMQP", url);
        }
        self.processes[instance] = Some(Process::start(command, &self.screens[instance], &self.errors));
    }

    fn kill(&mut self, instance: usize) {
        if let Some(process) = self.processes[instance].take() {
            process.end();
            self.screens[instance].lock().expect("no reader panics").push("the process ended".to_owned());
        }
    }

    fn stop(&mut self, instance: usize) {
        if let Some(mut process) = self.processes[instance].take() {
            signal("TERM", &process.child);
            wait_until(|| process.has_ended());
            process.end();
        }
    }

    fn has_told(&self, instance: usize, lines: usize) -> bool {
        wait_until(|| told(&self.screens[instance]).len() >= lines)
    }

    /// It waits until each process has told what the simulated one had told by then.
    fn await_lines(&self, before: SimTime) {
        for instance in 0..self.processes.len() {
            let lines = self.situation.expected.iter().filter(|told| told.instance == instance && told.at < before).count();
            self.has_told(instance, lines);
        }
    }

    fn deploy(&mut self, deploy: &Deploy) {
        let mut lines_before: Vec<usize> = Vec::new();
        let renew = |stage: &mut Self, instance: usize| {
            match deploy.ending {
                Ending::Kill => stage.kill(instance),
                Ending::Stop { .. } => stage.stop(instance),
            }
            stage.start(instance);
        };
        for instance in 0..self.processes.len() {
            lines_before.push(told(&self.screens[instance]).len());
            renew(self, instance);
            if deploy.rolling {
                // The next one follows when this one consumes.
                let is_consuming = |line: &String| line.starts_with("consuming");
                wait_until(|| told(&self.screens[instance])[lines_before[instance]..].iter().any(is_consuming));
            }
        }
    }

    fn act(&mut self, act: &Act, together: &Barrier) {
        let all = 0..self.processes.len();
        match act {
            Act::BrokerStarts | Act::BrokerRestarts | Act::Alarm(_) => {
                if together.wait().is_leader() {
                    match act {
                        Act::BrokerStarts => rabbitmqctl("start_app"),
                        Act::BrokerRestarts => ["stop_app", "start_app"].into_iter().for_each(rabbitmqctl),
                        Act::Alarm(true) => rabbitmqctl("set_vm_memory_high_watermark 0"),
                        _ => rabbitmqctl("set_vm_memory_high_watermark 0.6"),
                    }
                }
                together.wait();
            }
            Act::Cut => self.tell_wall("cut"),
            Act::Mend => self.tell_wall("mend"),
            Act::PowerOff => {
                self.tell_wall("forget");
                all.for_each(|instance| self.kill(instance));
            }
            Act::Kill => all.for_each(|instance| self.kill(instance)),
            Act::Stop => all.for_each(|instance| self.stop(instance)),
            Act::Start => all.for_each(|instance| self.start(instance)),
            Act::Freeze | Act::Wake => {
                let name = if *act == Act::Freeze { "STOP" } else { "CONT" };
                self.processes.iter().flatten().for_each(|process| signal(name, &process.child));
            }
            Act::Operate(words) => {
                let mut operate = self.node("operate.mjs");
                operate.args(words);
                self.run(operate);
            }
            Act::Deploy(deploy) => self.deploy(deploy),
        }
        // A program may wait for it.
        for process in self.processes.iter_mut().flatten() {
            let _ = writeln!(process.stdin, "{act:?}");
        }
    }

    /// What the program saw, and what it wrote beside that.
    fn play(mut self, together: &Barrier) -> (Vec<String>, String) {
        let acts = self.situation.acts();
        self.run(self.node("prepare.mjs"));
        if acts.iter().any(|(_, act, _)| *act == Act::BrokerStarts) {
            if together.wait().is_leader() {
                rabbitmqctl("stop_app");
            }
            together.wait();
        }
        if acts.iter().any(|(_, act, _)| matches!(act, Act::Cut | Act::PowerOff)) {
            self.build_wall();
        }
        // What the others of the scenario do.
        let others = ["publisher", "answerer"].into_iter().filter(|name| {
            let is_last = self.situation.scenario.services.last().is_some_and(|last| &*last.name == *name);
            self.situation.scenario.service(name).is_some() && !is_last
        });
        let mut others: Vec<Child> = others.map(|name| self.node(&format!("{name}.mjs")).spawn().expect("node runs")).collect();
        (0..self.processes.len()).for_each(|instance| self.start(instance));
        let mut last = SimTime::ZERO;
        let mut begun: Vec<(SimTime, Instant)> = Vec::new();
        for (at, act, since) in &acts {
            self.await_lines(*at);
            if *act == Act::BrokerStarts {
                // It is to have tried in vain.
                let tried = |screen: &Screen| !screen.lock().expect("no reader panics").is_empty();
                wait_until(|| self.screens.iter().all(tried));
            }
            thread::sleep(QUIET);
            if let Some((since, began)) = begun.iter().find(|(begins, _)| Some(*begins) == *since) {
                thread::sleep(Duration::from_micros((*at - *since).as_micros()).saturating_sub(began.elapsed()));
            }
            self.act(act, together);
            begun.push((*at, Instant::now()));
            last = *at;
        }
        if acts.is_empty() {
            self.has_told(0, 1);
        }
        thread::sleep(Duration::from_micros(self.situation.until().saturating_sub(last).as_micros()));
        self.await_lines(SimTime::MAX);
        for process in self.processes.iter_mut().filter_map(Option::take) {
            process.end();
        }
        if let Some((wall, _)) = self.wall.take() {
            others.push(wall);
        }
        for mut other in others {
            let _ = other.kill();
            let _ = other.wait();
        }
        let all = self.screens.iter().enumerate().flat_map(|(instance, screen)| {
            let here = format!("vhost '{}'", self.situation.name);
            told(screen).into_iter().map(move |line| Told { at: SimTime::ZERO, instance, line: line.replace(&here, "vhost '/'") })
        });
        let errors = self.errors.lock().expect("no reader panics").clone();
        (written(&all.collect::<Vec<_>>(), self.processes.len()), errors)
    }
}

/// What each of them saw, by its place.
pub fn play_all(situations: &[Situation], programs: &Path) -> Vec<(Vec<String>, String)> {
    let results = Mutex::new(vec![Default::default(); situations.len()]);
    let mut companies: Vec<(String, Vec<usize>)> = Vec::new();
    for (place, situation) in situations.iter().enumerate() {
        let company = situation.company();
        match companies.iter_mut().find(|(known, _)| *known == company) {
            Some((_, members)) => members.push(place),
            None => companies.push((company, vec![place])),
        }
    }
    for (company, mut members) in companies {
        let is_alone = company.is_empty();
        let beside = if is_alone { BESIDE } else { members.len() };
        let together = Barrier::new(if is_alone { 1 } else { members.len() });
        // The longest first: nothing waits for them at the end.
        members.sort_by_key(|place| situations[*place].until());
        let waiting = Mutex::new(members);
        thread::scope(|scope| {
            for _ in 0..beside {
                scope.spawn(|| {
                    while let Some(place) = { waiting.lock().expect("no thread panics").pop() } {
                        let seen = Stage::new(&situations[place], programs).play(&together);
                        results.lock().expect("no thread panics")[place] = seen;
                    }
                });
            }
        });
    }
    results.into_inner().expect("no thread panics")
}
