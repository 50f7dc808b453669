//! Fairness: every contender takes its turn in every round.
//!
//! A machine's speed drifts over minutes. Ratios are therefore taken within a round, between slices
//! that ran next to each other, and their median over the rounds is what is told. Every second
//! round runs backwards, so that nobody always follows the same neighbour.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::failure::{Context, Outcome, Stop};
use crate::load::{self, Load, Slice, count, median};
use crate::process::Process;

/// Who answers, and what. Lanes that are compared stand, and run, next to each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lane {
    /// The upstream without anything between: how fast the generator and the upstream are.
    DirectSmall,
    /// The bare proxy carrying as many bytes as the listing has.
    ProxyListing,
    /// The service's `tools/list`.
    List,
    /// The bare proxy carrying 1 KB.
    ProxySmall,
    /// The service's 1 KB call.
    Small,
    /// The bare proxy carrying 50 KB.
    ProxyPage,
    /// The service's 50 KB call.
    Page,
    /// Direct, with an upstream that takes its time.
    DirectSlow,
    /// The bare proxy before the same.
    ProxySlow,
    /// The service before the same.
    Slow,
}

/// A lane and what it takes to run a slice in it.
pub struct Contender<'run> {
    /// The lane.
    pub lane: Lane,
    /// What is sent.
    pub load: Load,
    /// The process whose processor time counts.
    pub process: &'run Process,
    /// With how many connections.
    pub connections: &'static [usize],
}

/// How long everything takes.
#[derive(Clone, Copy)]
pub struct Schedule {
    /// Rounds.
    pub rounds: usize,
    /// Length of one slice.
    pub slice: Duration,
    /// Length of each contender's warm-up.
    pub warm_up: Duration,
}

/// One slice's figures.
#[derive(Clone, Copy)]
pub struct Figures {
    /// What the generator saw.
    pub slice: Slice,
    /// Processor time of the process per answer, in microseconds.
    pub processor_micros: f64,
}

/// All figures, in the order of the rounds.
#[derive(Default)]
pub struct Measured(BTreeMap<(Lane, usize), Vec<Figures>>);

impl Measured {
    /// The median over the rounds of one figure; `None` for a lane that did not run.
    pub fn median(
        &self,
        lane: Lane,
        connections: usize,
        figure: impl Fn(&Figures) -> f64,
    ) -> Option<f64> {
        let values: Vec<f64> = self.0.get(&(lane, connections))?.iter().map(figure).collect();
        Some(median(&values))
    }

    /// Requests per second of one lane to another's, round by round.
    pub fn ratios(&self, lane: Lane, yardstick: Lane, connections: usize) -> Vec<f64> {
        let figures = |lane| self.0.get(&(lane, connections)).into_iter().flatten();
        figures(lane)
            .zip(figures(yardstick))
            .map(|(mine, theirs)| mine.slice.rate / theirs.slice.rate)
            .collect()
    }
}

/// Runs all rounds. `tell` hears of each round as it begins.
pub fn run(
    contenders: &[Contender<'_>],
    schedule: Schedule,
    stop: &Stop,
    tell: impl Fn(&str),
) -> Outcome<Measured> {
    tell("warming up");
    for contender in contenders {
        for connections in contender.connections {
            slice(contender, *connections, schedule.warm_up, stop)?;
        }
    }
    let mut turns = turns(contenders);
    let mut measured = Measured::default();
    for round in 1..=schedule.rounds {
        tell(&format!("round {round} of {}", schedule.rounds));
        for (contender, connections) in &turns {
            let figures = slice(contender, *connections, schedule.slice, stop)?;
            measured.0.entry((contender.lane, *connections)).or_default().push(figures);
        }
        turns.reverse();
    }
    Ok(measured)
}

/// One round: the same number of connections together, so that lanes to be compared are neighbours.
fn turns<'all, 'run>(contenders: &'all [Contender<'run>]) -> Vec<(&'all Contender<'run>, usize)> {
    let mut turns: Vec<(&Contender<'_>, usize)> = contenders
        .iter()
        .flat_map(|contender| {
            contender.connections.iter().map(move |connections| (contender, *connections))
        })
        .collect();
    turns.sort_by_key(|(contender, connections)| (*connections, contender.lane));
    turns
}

fn slice(
    contender: &Contender<'_>,
    connections: usize,
    duration: Duration,
    stop: &Stop,
) -> Outcome<Figures> {
    let before = contender.process.processor_time()?;
    let slice = load::run(&contender.load, connections, duration, stop)
        .context(|| format!("{:?} with {connections} connections", contender.lane))?;
    let used = contender.process.processor_time()?.saturating_sub(before);
    Ok(Figures { slice, processor_micros: used.as_secs_f64() * 1e6 / count(slice.answers) })
}
