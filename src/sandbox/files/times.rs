//! Owns how these services write and read times, apart from what `faces` says of files.
//! It must never know the time itself.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// `2026-07-24T09:15:00Z`
pub(super) fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-07-24`
pub(super) fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

/// A time in a request: a date, or ISO 8601 with an offset.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    let compact = || jiff::Zoned::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text).ok();
    text.parse().ok().or_else(|| compact().or_else(date).map(|zoned| zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_with_either_kind_of_offset_are_read() {
        for text in ["2026-07-24", "2026-07-24T00:00:00Z", "2026-07-24T02:00:00+02:00"] {
            assert_eq!(parse(text).map(iso).as_deref(), Some("2026-07-24T00:00:00Z"), "{text}");
        }
        let compact = parse("2026-07-24T02:00:00.000+0200");
        assert_eq!(compact.map(day).as_deref(), Some("2026-07-24"));
        assert_eq!(parse("yesterday"), None);
    }
}
