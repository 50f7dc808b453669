//! Bytes of a file as text. A part of a file begins and ends where its reader says, so a character
//! may be cut at either edge; it is never shown in halves, and never shown twice.

/// Bytes that are read beyond a limit, so that a part holds at least one whole character: the rest
/// of one cut at the front (3) and three quarters of one at the end (3).
pub const MARGIN: u32 = 6;

/// Where a part lies in its file.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Bytes of text that are wanted. One character may take more.
    pub limit: usize,
    /// Whether it begins where the file does.
    pub first: bool,
    /// Whether it ends where the file does.
    pub last: bool,
}

/// Whole characters of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Characters {
    /// Bytes before them: the end of a character that began earlier.
    pub skipped: usize,
    /// Bytes they take in the file, a byte order mark included.
    pub bytes: usize,
    /// The characters.
    pub text: String,
}

/// How UTF-16 orders its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Utf16 {
    /// The lower byte first.
    Little,
    /// The higher byte first.
    Big,
}

/// The order that a file's first bytes tell.
pub fn utf16_mark(bytes: &[u8]) -> Option<Utf16> {
    match bytes {
        [0xFF, 0xFE, ..] => Some(Utf16::Little),
        [0xFE, 0xFF, ..] => Some(Utf16::Big),
        _ => None,
    }
}

/// A part as UTF-8; `None` when it is not.
pub fn utf8(bytes: &[u8], part: Part) -> Option<Characters> {
    let is_inner = |byte: &&u8| matches!(byte, 0x80..=0xBF);
    let skipped = if part.first { 0 } else { bytes.iter().take(3).take_while(is_inner).count() };
    let rest = bytes.get(skipped..)?;
    let (valid, broken) = match std::str::from_utf8(rest) {
        Ok(valid) => (valid, false),
        Err(error) => {
            let valid = std::str::from_utf8(rest.get(..error.valid_up_to())?).ok()?;
            (valid, error.error_len().is_some() || part.last)
        }
    };
    let end = match valid.floor_char_boundary(part.limit) {
        0 => valid.chars().next().map_or(0, char::len_utf8),
        end => end,
    };
    // What is broken only behind the end is the next part's to tell.
    if broken && end == valid.len() && end < part.limit {
        return None;
    }
    let text = valid.get(..end)?;
    if text.contains('\0') || (end == 0 && broken) {
        return None;
    }
    let text = if part.first { text.strip_prefix('\u{FEFF}').unwrap_or(text) } else { text };
    Some(Characters { skipped, bytes: end, text: text.to_owned() })
}

/// A part of a UTF-16 file, `offset` bytes into it; `None` when it is not.
pub fn utf16(bytes: &[u8], order: Utf16, offset: u64, part: Part) -> Option<Characters> {
    let mut skipped = usize::from(offset % 2 == 1);
    let pairs = bytes.get(skipped..)?.chunks_exact(2);
    if part.last && !pairs.remainder().is_empty() {
        return None;
    }
    let mut units: Vec<u16> = pairs
        .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
        .map(|pair| match order {
            Utf16::Little => u16::from_le_bytes(pair),
            Utf16::Big => u16::from_be_bytes(pair),
        })
        .collect();
    let is_second = |unit: &u16| matches!(unit, 0xDC00..=0xDFFF);
    if !part.first && units.first().is_some_and(is_second) {
        units.remove(0);
        skipped += 2;
    }
    let (mut text, mut taken) = (String::new(), 0);
    for unit in char::decode_utf16(units.iter().copied()) {
        let Ok(character) = unit else {
            // Half a character at the very end belongs to the next part.
            if !part.last && taken / 2 + 1 == units.len() {
                break;
            }
            return None;
        };
        let length = character.len_utf16() * 2;
        if taken > 0 && taken + length > part.limit {
            break;
        }
        taken += length;
        if !(part.first && text.is_empty() && character == '\u{FEFF}') {
            text.push(character);
        }
    }
    (!text.contains('\0')).then_some(Characters { skipped, bytes: taken, text })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a file part by part, each where the one before ended.
    fn read_all(
        file: &[u8],
        limit: usize,
        decode: impl Fn(&[u8], u64, Part) -> Characters,
    ) -> String {
        let (mut offset, mut text) = (0, String::new());
        while offset < file.len() {
            let end = file.len().min(offset + limit + MARGIN as usize);
            let part = Part { limit, first: offset == 0, last: end == file.len() };
            let read = decode(&file[offset..end], offset as u64, part);
            assert_eq!(read.skipped, 0, "a part begins with a character");
            assert!(read.bytes > 0, "every part is a step ahead");
            assert!(read.bytes <= limit.max(4), "{} of {limit}", read.bytes);
            offset += read.bytes;
            text.push_str(&read.text);
        }
        text
    }

    proptest! {
        #[test]
        fn parts_of_utf8_make_the_whole(text in "[a-zäö€😀\n]{0,60}", limit in 1_usize..20) {
            let read = read_all(text.as_bytes(), limit, |bytes, _, part| utf8(bytes, part).unwrap());
            prop_assert_eq!(read, text);
        }

        #[test]
        fn parts_of_utf16_make_the_whole(
            text in "[a-zäö€😀\n]{0,60}", limit in 1_usize..20, big in any::<bool>(),
        ) {
            let marked = format!("\u{FEFF}{text}");
            let units = marked.encode_utf16();
            let file: Vec<u8> = units
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            let order = utf16_mark(&file).unwrap();
            let decode = |bytes: &[u8], offset, part| utf16(bytes, order, offset, part).unwrap();
            prop_assert_eq!(read_all(&file, limit, decode), text);
        }

        #[test]
        fn a_part_from_anywhere_begins_and_ends_with_whole_characters(
            text in "[a-zäö€😀]{8,60}", from in 1_usize..8, limit in 1_usize..20,
        ) {
            let file = text.as_bytes();
            let end = file.len().min(from + limit + MARGIN as usize);
            let part = Part { limit, first: false, last: end == file.len() };
            let read = utf8(&file[from..end], part).unwrap();
            prop_assert!(read.skipped < 4);
            let start = from + read.skipped;
            prop_assert_eq!(text.get(start..start + read.bytes), Some(read.text.as_str()));
        }

        #[test]
        fn no_bytes_are_too_odd_to_be_looked_at(
            bytes in prop::collection::vec(any::<u8>(), 0..40), offset in 0_u64..9,
            limit in 1_usize..30, last in any::<bool>(),
        ) {
            let part = Part { limit, first: offset == 0, last };
            let _ = utf8(&bytes, part);
            let _ = utf16(&bytes, Utf16::Little, offset, part);
        }
    }

    #[test]
    fn what_is_no_utf8_is_not_guessed_at() {
        let part = Part { limit: 100, first: true, last: true };
        for bytes in
            [&b"a\0b"[..], b"caf\xE9 au lait", b"\xFF\xFEa\0", b"\x89PNG\r\n", b"ab\xE2\x82"]
        {
            assert_eq!(utf8(bytes, part), None, "{bytes:?}");
        }
        assert_eq!(utf8(b"\x80\x80\x80\x80abc", Part { first: false, ..part }), None);
    }

    #[test]
    fn a_byte_order_mark_is_counted_and_not_shown() {
        let part = Part { limit: 100, first: true, last: true };
        let read = utf8("\u{FEFF}abc".as_bytes(), part).unwrap();
        assert_eq!((read.text.as_str(), read.bytes), ("abc", 6));
    }
}
