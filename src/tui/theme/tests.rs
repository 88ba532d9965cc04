use ratatui::style::{Color, Modifier};

use crate::tui::theme::color::{Depth, Rgb, contrast, nearest, rgb};
use crate::tui::theme::{Ink, Inks, OwnColors, Theme, guess};

/// Grounds that terminals come with: black, and the lightest of the usual dark ones.
const DARK: [Rgb; 4] = [(0, 0, 0), (30, 30, 30), (40, 44, 52), (46, 52, 64)];
const LIGHT: [Rgb; 4] = [(255, 255, 255), (250, 250, 250), (253, 246, 227), (238, 238, 238)];

/// Every ink on every ground that it is drawn on, with how well it is read there.
fn readings(theme: Theme, grounds: &[Rgb]) -> Vec<(Ink, f64)> {
    let idle = theme.style(Ink::SelectedIdle).bg.and_then(rgb);
    let mut readings = Vec::new();
    for (ink, _) in Ink::NAMES.into_iter().filter(|(ink, _)| *ink != Ink::Rule) {
        let style = theme.style(ink);
        let Some(color) = style.fg.and_then(rgb) else { continue };
        match style.bg.and_then(rgb) {
            Some(own) => readings.push((ink, contrast(color, own))),
            None => readings.extend(grounds.iter().chain(&idle).map(|ground| (ink, contrast(color, *ground)))),
        }
    }
    readings
}

#[test]
fn the_ratio_is_that_of_the_guidelines() {
    assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 0.001);
    assert!((contrast((0x77, 0x77, 0x77), (255, 255, 255)) - 4.478).abs() < 0.001);
    assert!((contrast((9, 9, 9), (9, 9, 9)) - 1.0).abs() < 0.001);
}

#[test]
fn every_ink_can_be_read_on_every_ground_it_is_drawn_on() {
    let contrast_ground = [rgb(Color::Indexed(16)).unwrap()];
    for (theme, grounds, least) in
        [(Theme::Dark, &DARK[..], 4.5), (Theme::Light, &LIGHT[..], 4.5), (Theme::Contrast, &contrast_ground[..], 7.0)]
    {
        let readings = readings(theme, grounds);
        assert!(readings.len() >= 20, "{theme:?}");
        for (ink, ratio) in readings {
            assert!(ratio >= least, "{theme:?} {ink:?}: {ratio:.2}");
        }
    }
}

#[test]
fn high_contrast_brings_its_own_ground() {
    let inks = Inks::new(Theme::Contrast, &OwnColors::default());
    let (ground, text) = (inks.ground().bg.and_then(rgb).unwrap(), inks.ground().fg.and_then(rgb).unwrap());
    assert!(contrast(ground, text) > 20.0);
    assert_eq!(Inks::new(Theme::Dark, &OwnColors::default()).ground().bg, None);
}

#[test]
fn the_terminals_sixteen_are_used_without_a_ground_of_ours() {
    for (ink, name) in Ink::NAMES {
        let style = Theme::Terminal.style(ink);
        assert_eq!(style.bg, None, "{name}");
        let usual = [None, Some(Color::Cyan), Some(Color::Green), Some(Color::Magenta), Some(Color::Red)];
        assert!(usual.contains(&style.fg), "{name}");
    }
}

#[test]
fn no_color_means_none() {
    let mut own = OwnColors::default();
    for (_, name) in Ink::NAMES {
        own.set(name, "#ff0000").unwrap();
    }
    for (ink, name) in Ink::NAMES {
        let style = Inks::new(Theme::NoColor, &own).style(ink);
        assert_eq!((style.fg, style.bg), (None, None), "{name}");
    }
    assert!(Theme::NoColor.style(Ink::Selected).add_modifier.contains(Modifier::REVERSED));
    assert!(Theme::NoColor.style(Ink::Unsupported).add_modifier.contains(Modifier::UNDERLINED));
}

#[test]
fn what_matters_is_told_apart_without_any_colour() {
    for theme in Theme::ALL {
        for ink in [Ink::Selected, Ink::Alarm, Ink::Unsupported] {
            let (style, plain) = (theme.style(ink), theme.style(Ink::Plain));
            assert_ne!(style.add_modifier, plain.add_modifier, "{theme:?} {ink:?}");
        }
    }
}

#[test]
fn inks_stand_in_the_order_of_their_names() {
    for (at, (ink, name)) in Ink::NAMES.into_iter().enumerate() {
        assert_eq!(ink as usize, at, "{name}");
    }
}

#[test]
fn own_colours_take_the_place_of_some() {
    let mut own = OwnColors::default();
    own.set("accent", "#ff8800").unwrap();
    own.set("selected", "#ffff00").unwrap();
    own.set("good", "bright-green").unwrap();
    own.set("warn", "208").unwrap();
    let inks = Inks::new(Theme::Dark, &own);
    assert_eq!(inks.style(Ink::Accent).fg, Some(Color::Rgb(255, 136, 0)));
    assert!(inks.style(Ink::Accent).add_modifier.contains(Modifier::BOLD), "only the colour is another one");
    let selected = inks.style(Ink::Selected);
    assert_eq!((selected.bg, selected.fg), (Some(Color::Rgb(255, 255, 0)), Some(Color::Indexed(16))), "read on yellow");
    assert_eq!(inks.style(Ink::Good).fg, Some(Color::LightGreen));
    assert_eq!(inks.style(Ink::Warn).fg, Some(Color::Indexed(208)));
    assert_eq!(inks.style(Ink::Danger), Theme::Dark.style(Ink::Danger), "the others stay");
    assert_eq!(Inks::new(Theme::Dark, &own.in_256()).style(Ink::Accent).fg, Some(Color::Indexed(208)));
}

#[test]
fn what_is_no_ink_or_no_colour_is_said() {
    let mut own = OwnColors::default();
    assert!(own.set("accnt", "red").unwrap_err().to_string().starts_with("there is no `accnt` to colour: plain, dim"));
    for color in ["reddish", "#ff", "#gggggg", "256", "-1", "#ff88001", "#ähhh"] {
        assert!(own.set("accent", color).unwrap_err().to_string().contains("is no colour"), "{color}");
    }
    assert_eq!(own, OwnColors::default());
}

#[test]
fn the_nearest_colour_of_256() {
    assert_eq!(nearest((255, 255, 255)), Color::Indexed(231));
    assert_eq!(nearest((8, 8, 8)), Color::Indexed(232));
    assert_eq!(rgb(Color::Indexed(208)), Some((255, 135, 0)));
    assert_eq!(rgb(Color::Red), None);
}

#[test]
fn the_environment_says_what_fits() {
    let check = |set: &[(&str, &str)], expect: Option<Theme>| {
        let variable = |name: &str| set.iter().find(|(its, _)| *its == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(guess(variable), expect, "{set:?}");
    };
    check(&[("TERM", "xterm-256color")], None);
    check(&[("TERM", "xterm-256color"), ("COLORFGBG", "0;15")], Some(Theme::Light));
    check(&[("TERM", "xterm-256color"), ("COLORFGBG", "15;default;0")], Some(Theme::Dark));
    check(&[("TERM", "xterm-256color"), ("COLORFGBG", "15;default")], None);
    check(&[("TERM", "linux")], Some(Theme::Terminal));
    check(&[("TERM", "xterm"), ("COLORFGBG", "0;15")], Some(Theme::Terminal));
    check(&[("TERM", "xterm"), ("COLORTERM", "truecolor")], None);
    check(&[("TERM", "vt100")], Some(Theme::NoColor));
    check(&[], None);
}

#[test]
fn where_there_are_sixteen_colours_every_other_becomes_the_nearest_of_them() {
    let shown = |color: Color| Depth::Sixteen.shown(color);
    assert_eq!(shown(Color::Indexed(210)), Color::LightRed);
    assert_eq!(shown(Color::Rgb(0, 160, 170)), Color::Cyan);
    assert_eq!(shown(Color::Indexed(231)), Color::White);
    assert_eq!(shown(Color::Indexed(9)), Color::LightRed, "one of them by number");
    for own in [Color::Reset, Color::Blue] {
        assert_eq!(shown(own), own);
    }
    assert_eq!(Depth::Any.shown(Color::Indexed(210)), Color::Indexed(210));
}
