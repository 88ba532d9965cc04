//! Words that are names too, and words that say a name follows.

/// English words, particles, titles and forms of firms that are no name by themselves; lower case.
const WORDS: &str = "\
    admin agency agent al all am amber an and angel any april art as ash at august autumn back baker bakery ball \
    bank banks bar bass bay be bean beans bell berry best big bill bird bishop black blue bond book booth boss bot \
    bowl box brand bright brook brooks brothers brown buddy burns bush business butler by cafe café camp can card \
    carpenter carry case cash castle chance charity chase chat chip christian church city clay clear cliff clinic \
    close club coffee cole company contact cook cooper corp cost costs crisp cross crystal customer daisy dale dan \
    dash dawn day days de dean del della dental der desk di diamond do don dos dot down drew du duke earl early east \
    el english eve ever fair faith family farmer father field fields fisher flint flower flowers ford forest \
    foundation fox frank free french frost gallery gene german gin ginger glass gmbh go gold golden good grace grant \
    gray green grey group guest guy hall happy harbor hardy he heath heather help hi high hill hills holly home \
    honey hope hotel house hunt hunter if in inc iris is it ivory ivy jack jade jasmine jet jewel joy judge july \
    june just justice key king knight la lake lane las laurel law le les levy lily limited little llc lock london \
    long lord los love low ltd lucky ma major manager march mark market marks mason may me melody mercy merry miles \
    mill miller mills mini miss moon moss mother mr mrs ms my new nice nick no noble norm north oak of office ok \
    olive on one or order owner page paige paris park parker parks partner partners pat patience peace pearl penny \
    pepper pike piper place pleasant pool poppy porter post potter power powers price prince prof queen quick rain \
    ram ray red reed reign reply restaurant rice rich ridge river rivers roasters roastery rob robin rock rocky rod \
    root rose rowan ruby rusty sage sales sandy savage school sean service services sharp shop short sierra silver \
    sir skip sky small smart snow so song sons south spring stan star stark sterling stone stores storm street \
    strong studio studios sue summer sun sunday sunny support swift tab tailor team test tester the thorn to town \
    trinity true turner university up us user van vet victor violet virginia von wade walker wall walls ward waters \
    we weaver weeks wells west white wild will willow winter winters wise wolf wood woods workshop world young zen";

/// Words that a name follows.
const GREETINGS: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "dear",
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "thanks",
    "cheers",
    "regards",
    "hallo",
    "liebe",
    "lieber",
    "herr",
    "frau",
    "hola",
    "bonjour",
    "olá",
    "ciao",
    "sincerely",
];

/// Whether a word in lower case means something else than a name.
pub(super) fn is_word(word: &str) -> bool {
    WORDS.split(' ').any(|known| known == word)
}

/// Whether a word greets, thanks or is a title.
pub(super) fn is_greeting(word: &str) -> bool {
    GREETINGS.contains(&word.to_lowercase().as_str())
}
