//! Colours as numbers: what they are in red, green and blue, and how well one is read on another.

use ratatui::style::Color;

/// The sixteen by name. How they look is the terminal's affair.
pub(crate) const NAMES: [(&str, Color); 16] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Depth {
    /// As many as there are.
    #[default]
    Any,
    /// The sixteen by name and no other.
    Sixteen,
}

impl Depth {
    /// This colour, or the one that is nearest to it here.
    pub(crate) fn shown(self, color: Color) -> Color {
        match (self, color) {
            (Self::Any, _) => color,
            (Self::Sixteen, Color::Indexed(named @ 0..=15)) => NAMES[usize::from(named)].1,
            (Self::Sixteen, _) => rgb(color).map_or(color, of_sixteen),
        }
    }
}

/// How most terminals show the sixteen.
const USUAL: [Rgb; 16] = [
    (0, 0, 0),
    (170, 0, 0),
    (0, 170, 0),
    (170, 85, 0),
    (0, 0, 170),
    (170, 0, 170),
    (0, 170, 170),
    (170, 170, 170),
    (85, 85, 85),
    (255, 85, 85),
    (85, 255, 85),
    (255, 255, 85),
    (85, 85, 255),
    (255, 85, 255),
    (85, 255, 255),
    (255, 255, 255),
];

fn of_sixteen(color: Rgb) -> Color {
    let far = |(_, usual): &(&(&str, Color), Rgb)| apart(color, *usual);
    NAMES.iter().zip(USUAL).min_by_key(far).map_or(Color::Reset, |((_, named), _)| *named)
}

/// How far one is from the other.
fn apart(one: Rgb, other: Rgb) -> u32 {
    let part = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    part(one.0, other.0) + part(one.1, other.1) + part(one.2, other.2)
}

/// Red, green and blue.
pub(crate) type Rgb = (u8, u8, u8);

/// The steps of the cube of 216 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// What a colour is made of; nothing where only the terminal knows.
#[allow(clippy::wildcard_enum_match_arm, reason = "ratatui's enum: the sixteen and the default are the terminal's")]
pub(crate) fn rgb(color: Color) -> Option<Rgb> {
    match color {
        Color::Rgb(red, green, blue) => Some((red, green, blue)),
        Color::Indexed(at @ 16..=231) => {
            let step = |by: u8| STEPS[usize::from((at - 16) / by % 6)];
            Some((step(36), step(6), step(1)))
        }
        Color::Indexed(at @ 232..) => {
            let grey = 8 + (at - 232) * 10;
            Some((grey, grey, grey))
        }
        _ => None,
    }
}

/// The nearest of the 240 colours that every terminal of 256 has alike.
pub(crate) fn nearest(color: Rgb) -> Color {
    let far = |other: Rgb| apart(color, other);
    let all = (16..=255).map(Color::Indexed);
    all.min_by_key(|index| rgb(*index).map_or(u32::MAX, far)).unwrap_or(Color::Reset)
}

/// How much light a colour gives, from 0 to 1, as WCAG 2.2 reckons it.
fn luminance(color: Rgb) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
}

/// How well one is read on the other, from 1 to 21, as WCAG 2.2 reckons it.
pub(crate) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    if one > other { one / other } else { other / one }
}

/// Black or white, whichever is read better on this ground.
pub(crate) fn readable_on(ground: Rgb) -> Color {
    if contrast((0, 0, 0), ground) > contrast((255, 255, 255), ground) {
        Color::Indexed(16)
    } else {
        Color::Indexed(231)
    }
}
