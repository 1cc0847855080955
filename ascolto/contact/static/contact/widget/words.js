/* What the widget says. English is the source; a language without a word falls back to it. */
const WORDS = {
  en: {
    open: "Open the chat",
    open_new: "Open the chat: {count} new",
    close: "Close the chat",
    chat_with: "Chat with {title}",
    messages: "Messages",
    write: "Write a message",
    write_here: "Write a message…",
    attach: "Attach a file",
    send: "Send",
    hello: "Hello! Write to us: a person answers you here.",
    private: "Only you and {title} read this conversation.",
    with_person: "You are talking with {name}, a person",
    with_bot: "An automatic assistant is answering, not a person",
    you: "You",
    bot: "Automatic assistant",
    waiting: "Waiting to be sent",
    sending: "Sending…",
    sent: "Sent",
    not_sent: "Not sent: {reason}",
    again: "Send again",
    discard: "Delete",
    edited: "edited",
    removed: "This message was taken back.",
    earlier: "Show earlier messages",
    offline: "No connection. What you write is kept and sent as soon as there is one.",
    online: "Connected again.",
    closed: "The chat is closed at the moment. What you wrote is kept.",
    too_fast: "A moment, please: it goes on by itself.",
    loading: "Loading the conversation…",
    new_from: "New message from {name}: {text}",
    uploading: "{name}: uploading…",
    upload_failed: "{name} could not be uploaded: {reason}",
    remove: "Remove {name}",
    too_big: "It is larger than {limit} MB.",
    too_many: "At most {limit} files in one message.",
    no_network: "there is no connection.",
    refused: "it was refused.",
    file_wait: "The message leaves when its files have arrived.",
    today: "Today",
    new_tab: "opens in a new window",
  },
  it: {
    open: "Apri la chat",
    open_new: "Apri la chat: {count} non letti",
    close: "Chiudi la chat",
    chat_with: "Chat con {title}",
    messages: "Messaggi",
    write: "Scrivi un messaggio",
    write_here: "Scrivi un messaggio…",
    attach: "Allega un file",
    send: "Invia",
    hello: "Ciao! Scrivici: qui ti risponde una persona.",
    private: "Solo tu e {title} leggete questa conversazione.",
    with_person: "Stai parlando con {name}, una persona",
    with_bot: "Ti risponde un assistente automatico, non una persona",
    you: "Tu",
    bot: "Assistente automatico",
    waiting: "In attesa di invio",
    sending: "Invio in corso…",
    sent: "Inviato",
    not_sent: "Non inviato: {reason}",
    again: "Invia di nuovo",
    discard: "Elimina",
    edited: "modificato",
    removed: "Questo messaggio è stato ritirato.",
    earlier: "Mostra i messaggi precedenti",
    offline: "Nessuna connessione. Quello che scrivi resta qui e parte appena torna.",
    online: "Di nuovo connesso.",
    closed: "La chat al momento è chiusa. Quello che hai scritto resta qui.",
    too_fast: "Un momento: riprende da sola.",
    loading: "Carico la conversazione…",
    new_from: "Nuovo messaggio da {name}: {text}",
    uploading: "{name}: caricamento…",
    upload_failed: "Non è stato possibile caricare {name}: {reason}",
    remove: "Togli {name}",
    too_big: "Supera i {limit} MB.",
    too_many: "Al massimo {limit} file in un messaggio.",
    no_network: "non c’è connessione.",
    refused: "è stato rifiutato.",
    file_wait: "Il messaggio parte quando i file sono arrivati.",
    today: "Oggi",
    new_tab: "si apre in una nuova finestra",
  },
};

/** The language to speak: what the page asks for, else the page's own, the browser's, the inbox's. */
export function chooseLanguage(...wishes) {
  for (const wish of wishes) {
    const code = (wish || "").slice(0, 2).toLowerCase();
    if (code in WORDS) return code;
  }
  return "en";
}

/** A function that gives the words of one language, with its {gaps} filled. */
export function wordsIn(language) {
  return (key, gaps = {}) => {
    const text = WORDS[language]?.[key] ?? WORDS.en[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (gap, name) => gaps[name] ?? gap);
  };
}
