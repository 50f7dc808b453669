//! Owns the contents of the seeded files. All of it is made up.
//! It must never hold logic beyond filling a pattern.

use std::fmt::Write as _;

use crate::sandbox::directory::mix;

/// A real picture of 48 by 48 points, in base64.
pub(super) const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAIAAADYYG7QAAAArElEQVR42u3YwQ2AMAwDQA/BEEzHJLyZkw3gW1FB\
     k6hNLeTKA9ynSmJcZA8CCSRQ9ZZtLzMH9EC8JQNkpIRZGEoJsJCjsZuQpjGakKmxmJCsaZqQr/k2dQCdx1pmFMjr\
     qBMzBUFNjcXkAHXRxExukEvTNAnUBdRX4zUJJNAAkL79z0BzZhndtGfch+g2Rsadmu7qYLzLGC9Xxtuesf1g7IdI\
     GzTSjlG1sEC8oBusybtfF9gM8AAAAABJRU5ErkJggg==";

/// A real document of one page.
pub(super) const PDF: &str = "%PDF-1.4\n\
     1 0 obj\n\
     << /Type /Catalog /Pages 2 0 R >>\n\
     endobj\n\
     2 0 obj\n\
     << /Type /Pages /Kids [3 0 R] /Count 1 >>\n\
     endobj\n\
     3 0 obj\n\
     << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>\n\
     endobj\n\
     4 0 obj\n\
     << /Length 56 >>\n\
     stream\n\
     BT /F1 24 Tf 72 760 Td (Board pack, third quarter) Tj ET\n\
     endstream\n\
     endobj\n\
     5 0 obj\n\
     << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\n\
     endobj\n\
     xref\n\
     0 6\n\
     0000000000 65535 f \n\
     0000000009 00000 n \n\
     0000000058 00000 n \n\
     0000000115 00000 n \n\
     0000000241 00000 n \n\
     0000000347 00000 n \n\
     trailer\n\
     << /Size 6 /Root 1 0 R >>\n\
     startxref\n\
     417\n\
     %%EOF\n";

/// The first version of the summary.
pub(super) const Q3_DRAFT: &str = "# Q3 summary (draft)\n\nRevenue: to be confirmed.\n";
/// The second version.
pub(super) const Q3_REVIEWED: &str =
    "# Q3 summary\n\nRevenue grew by 11 per cent.\nReviewed by finance.\n";
/// The current version.
pub(super) const Q3_FINAL: &str = "# Q3 summary\n\n\
     Revenue grew by 12 per cent, mostly in the harbour business.\n\
     Costs were flat. The budget for 2026 stays as it is.\n\n\
     ## Open points\n\n\
     - Harbor Tower: the crane contract is late.\n\
     - Invoices 42 to 57 are still unpaid.\n";

/// Letters of more than one byte, and of more than two.
pub(super) const SITE_NOTES: &str = "Harbor Tower, Tag 12 🏗️\n\
     Kran steht schräg, Prüfer kommt am Freitag.\n\
     Größe der Öffnung: 3,20 m × 2,10 m ✅\n\
     Naïve façade café: 東京 notes from the architect.\n";
/// A file whose own name has umlauts.
pub(super) const UMLAUTS: &str = "Größe: 30 cm\nGewicht: 2 kg\n";
/// A file whose path needs care.
pub(super) const PLAN: &str = "# Plan\n\nHalf of it is done.\n";
/// Something old.
pub(super) const ANNUAL: &str = "Annual report 2019. Everything went well enough.\n";
/// A text among contracts.
pub(super) const NDA: &str = "# Mutual non-disclosure agreement\n\n\
     The parties keep to themselves what they learn of each other.\n";
/// A private file.
pub(super) const TODO: &str = "Call the auditors.\nRenew the domain.\n";

/// A table of about 300 KB.
pub(super) fn budget() -> String {
    let mut text = String::with_capacity(320_000);
    text.push_str("line,cost_centre,month,planned_eur,actual_eur\n");
    for n in 1..=8_000_u64 {
        let chance = mix(n);
        let (centre, month) = (100 + n % 90, 1 + n % 12);
        let (planned, actual) = (1_000 + chance % 90_000, 1_000 + (chance >> 20) % 90_000);
        writeln!(text, "{n},CC-{centre},2026-{month:02},{planned}.00,{actual}.00").ok();
    }
    text
}

/// One invoice.
pub(super) fn invoice(n: u64) -> String {
    let amount = 100 + mix(n) % 9_900;
    let state = if (42..=57).contains(&n) { "unpaid" } else { "paid" };
    format!("Invoice {n:04}\nAmount: {amount}.00 EUR\nStatus: {state}\n")
}

/// Bytes that begin like a Word document and are not text.
pub(super) fn document() -> Vec<u8> {
    let head = b"PK\x03\x04".iter().copied();
    head.chain((0..3_000).flat_map(|n| mix(n).to_le_bytes())).collect()
}
