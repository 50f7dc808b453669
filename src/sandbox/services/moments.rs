//! Owns dates and times as the services read and write them.
//! It must never ask a clock.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::seed::PICTURE;

/// `YYYY-MM-DD`, or a date and time with or without a zone; without one it is UTC.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

/// Whether `text` is a date and nothing else.
pub(super) fn is_day(text: &str) -> bool {
    text.len() == "2026-06-30".len() && text.parse::<Date>().is_ok()
}

/// The end of the day of a date; a time stays what it is.
pub(super) fn end(text: &str) -> Option<Timestamp> {
    let moment = parse(text)?;
    let rest = if is_day(text) { SignedDuration::from_secs(86_399) } else { SignedDuration::ZERO };
    moment.checked_add(rest).ok()
}

/// So many seconds after the seeded domain's last moment, or before it.
pub(super) fn seeded(seconds: i64) -> Timestamp {
    Timestamp::from_second(PICTURE.saturating_add(seconds)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `2026-06-30T17:00:00Z`
pub(super) fn show(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-06-30`
pub(super) fn show_day(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_a_local_time_and_a_time_with_a_zone_are_read() {
        for (text, shown) in [
            ("2026-06-30", "2026-06-30T00:00:00Z"),
            ("2026-06-30T12:30:00", "2026-06-30T12:30:00Z"),
            ("2026-06-30T12:30:00Z", "2026-06-30T12:30:00Z"),
            ("2026-06-30T12:30:00.000+0200", "2026-06-30T10:30:00Z"),
        ] {
            assert_eq!(parse(text).map(show).as_deref(), Some(shown), "{text}");
        }
        for text in ["", "tomorrow", "30.06.2026", "2026-02-30"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
