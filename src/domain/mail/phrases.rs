//! What mail programs write around quoted mail, by language; every table is lower case.

/// Words that say somebody wrote something; they end an attribution or stand before the writer's name.
pub(super) const WROTE: &[&str] = &[
    "wrote", "writes", "schrieb", "geschrieben", "a écrit", "schreef", "geschreven", "escribió", "escreveu",
    "ha scritto", "skrev", "napisał", "napisała", "pisze", "napsal", "napísal", "написал", "написала", "написав",
    "пише", "пишет", "написа", "kirjoitti", "ezt írta", "írta", "a scris", "έγραψε", "yazdı", "je napisao",
    "je napisal", "rašė", "rakstīja", "kirjutas", "đã viết", "menulis", "写道", "寫道", "のメール", "は書きました", "작성", "כתב",
    "כתבה", "كتب", "เขียน",
];

/// Words that open an attribution, before the date.
pub(super) const OPENERS: &[&str] = &[
    "on ", "at ", "am ", "le ", "el ", "il ", "em ", "no dia ", "op ", "den ", "dne ", "dňa ", "dnia ", "w dniu ",
    "pe ", "în ", "la data ", "στις ", "il giorno ", "el día ", "dana ", "vào ", "pada ", "ב", "في ", "در", "在", "于",
    "於",
];

/// Days of the week that open an attribution in languages without a preposition there.
pub(super) const WEEKDAYS: &[&str] = &[
    "понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье", "пн", "вт", "ср", "чт", "пт",
    "сб", "вс", "нд", "понеділок", "вівторок", "середа", "пʼятниця", "п'ятниця", "субота", "неділя", "mon", "tue",
    "wed", "thu", "fri", "sat", "sun", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "po", "út", "st", "čt", "pá",
    "so", "ne", "ma", "ti", "ke", "to", "pe", "la", "su",
];

/// Banners over a quoted mail.
pub(super) const ORIGINAL: &[&str] = &[
    "original message", "original appointment", "reply message", "ursprüngliche nachricht", "originalnachricht",
    "message d'origine", "message d’origine", "message original", "mensaje original", "mensagem original",
    "messaggio originale", "oorspronkelijk bericht", "origineel bericht", "oprindelig meddelelse",
    "ursprungligt meddelande", "originalmeddelande", "opprinnelig melding", "original melding",
    "wiadomość oryginalna", "oryginalna wiadomość", "исходное сообщение", "оригинальное сообщение",
    "оригінальне повідомлення", "původní zpráva", "pôvodná správa", "alkuperäinen viesti", "eredeti üzenet",
    "mesaj original", "mesajul original", "αρχικό μήνυμα", "özgün ileti", "orijinal mesaj", "izvorna poruka", "原始邮件",
    "原始郵件", "原邮件", "元のメッセージ", "원본 메시지", "הודעה מקורית", "الرسالة الأصلية",
];

/// Banners over a forwarded mail.
pub(super) const FORWARDED: &[&str] = &[
    "forwarded message", "begin forwarded message", "weitergeleitete nachricht",
    "anfang der weitergeleiteten nachricht", "message transféré", "message transmis", "début du message transféré",
    "début du message réexpédié", "mensaje reenviado", "inicio del mensaje reenviado", "mensagem encaminhada",
    "mensagem reencaminhada", "início da mensagem reencaminhada", "messaggio inoltrato",
    "inizio messaggio inoltrato", "doorgestuurd bericht", "begin doorgestuurd bericht", "videresendt meddelelse",
    "start på videresendt besked", "vidarebefordrat meddelande", "vidarebefordrat brev", "videresendt melding",
    "treść przekazanej wiadomości", "przekazana wiadomość", "wiadomość przekazana", "пересылаемое сообщение",
    "пересланное сообщение", "переслане повідомлення", "přeposlaná zpráva", "preposlaná správa", "välitetty viesti",
    "továbbított üzenet", "mesaj redirecționat", "προωθημένο μήνυμα", "iletilmiş mesaj", "转发的邮件", "轉寄郵件", "转发邮件",
    "転送メッセージ", "전달된 메시지",
];

/// Lines that ask for the answer to be written above them.
pub(super) const ABOVE: &[&str] = &[
    "reply above this line", "type your reply above", "write a reply above", "antworten sie oberhalb dieser zeile",
    "antwort oberhalb dieser linie", "répondre au-dessus de cette ligne", "responda por encima de esta línea",
    "responder acima desta linha", "rispondi sopra questa riga", "antwoord boven deze regel",
    "typ uw antwoord boven deze regel",
];

/// A word of each of these phrases.
pub(super) const ABOVE_WORDS: &[&str] = &["above", "oberhalb", "au-dessus", "encima", "acima", "sopra", "boven"];

/// What a line of a mail's head is about, and how it is called.
pub(super) const HEADERS: &[(Head, &[&str])] = &[
    (Head::From, &[
        "from", "von", "de", "da", "van", "od", "från", "fra", "от", "від", "lähettäjä", "feladó", "kimden", "από",
        "de la", "expéditeur", "remitente", "mittente", "afzender", "nadawca", "odesílatel", "发件人", "寄件者", "差出人",
        "送信元", "보낸 사람", "מאת", "من",
    ]),
    (Head::Date, &[
        "sent", "date", "sent on", "gesendet", "gesendet am", "datum", "envoyé", "envoyé le", "enviado",
        "enviado el", "enviado em", "enviada em", "fecha", "data", "inviato", "inviato il", "verzonden", "wysłano",
        "wysłane", "skickat", "sendt", "dato", "отправлено", "дата", "надіслано", "odesláno", "odoslané",
        "lähetetty", "päivämäärä", "päiväys", "elküldve", "küldve", "dátum", "trimis", "gönderildi",
        "gönderme tarihi", "tarih", "ημερομηνία", "στάλθηκε", "发送时间", "发送日期", "日期", "寄件日期", "送信日時", "日時", "日付",
        "보낸 날짜", "날짜", "תאריך", "נשלח", "التاريخ", "تاريخ الإرسال",
    ]),
    (Head::To, &[
        "to", "an", "à", "para", "a", "aan", "do", "till", "til", "кому", "komu", "pro", "vastaanottaja", "címzett",
        "kime", "προς", "către", "destinataire", "destinatario", "收件人", "收件者", "宛先", "받는 사람", "אל", "إلى",
    ]),
    (Head::Copy, &[
        "cc", "bcc", "kopie", "copie", "copia", "cópia", "kopia", "kopi", "dw", "копия", "копія", "抄送", "副本", "참조",
    ]),
    (Head::Subject, &[
        "subject", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp", "temat", "ämne", "emne",
        "тема", "předmět", "predmet", "aihe", "tárgy", "konu", "θέμα", "subiect", "主题", "主旨", "件名", "제목", "נושא",
        "الموضوع",
    ]),
    (Head::Reply, &[
        "reply-to", "reply to", "antwort an", "antworten an", "répondre à", "responder a", "risposta", "rispondi a",
        "antwoord aan", "odpowiedz do", "svar till", "svar til", "ответить", "importance", "attachments", "anlagen",
    ]),
];

/// What a line of a mail's head is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    From,
    Date,
    To,
    Copy,
    Subject,
    Reply,
}

/// What a mail program puts under a mail written on a device: enough by itself.
pub(super) const DEVICE: &[&str] = &[
    "sent from my ", "sent from a ", "sent via mobile", "sent via my ", "from my iphone", "from my ipad",
    "from my phone", "from my mobile", "from my android", "get outlook for", "get [outlook for", "envoyé de mon ",
    "envoyé depuis mon ", "envoyé à partir de mon ", "envoyé depuis ma ", "enviado desde mi ", "enviado do meu ",
    "enviado a partir do meu ", "enviado de mi ", "inviato da mio ", "inviato dal mio ", "von meinem ",
    "gesendet von meinem ", "gesendet mit der ", "diese nachricht wurde von meinem ", "verzonden vanaf mijn ",
    "verstuurd vanaf mijn ", "verzonden met mijn ", "sendt fra min ", "skickat från min ", "skickades från min ",
    "wysłane z ", "wysłano z ", "отправлено с ", "отправлено из ", "отправлено с моего", "надіслано з ",
    "odesláno z ", "odoslané z ", "lähetetty ", "az iphone-omról", "trimis de pe ", "trimis din ", "στάλθηκε από ",
    "iphone'umdan", "изпратено от ", "poslano z ", "poslano s ", "gửi từ ", "dikirim dari ", "ipadから送信",
    "iphoneから送信", "從我的 ", "从我的", "发自我的", "發自我的", "寄自我的", "나의 iphone", "내 iphone", "נשלח מ", "أُرسلت من",
    "تم الإرسال من",
];

/// How such a line may begin when it names the program or device afterwards.
pub(super) const SENT: &[&str] = &[
    "sent from ", "sent with ", "sent by ", "sent via ", "sent using ", "envoyé avec ", "envoyé de ",
    "enviado desde ", "enviado con ", "enviado do ", "enviado com ", "enviado de ", "inviato da ", "inviato con ",
    "gesendet mit ", "gesendet von ", "gesendet aus ", "verzonden met ", "verzonden vanuit ", "verstuurd met ",
    "verstuurd vanuit ", "sendt fra ", "sendt med ", "skickat från ", "skickat med ",
];

/// Programs and devices.
pub(super) const GADGETS: &[&str] = &[
    "mail", "outlook", "phone", "ipad", "ipod", "mobile", "mobil", "android", "windows", "samsung", "galaxy",
    "blackberry", "htc", "huawei", "xiaomi", "nokia", "pixel", "tablet", "handy", "thunderbird", "spark", "móvil",
    "cell", "yahoo", "browser", "smartphone",
];
