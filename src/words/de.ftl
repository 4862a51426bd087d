### German. What is not here is said in English: see en.ftl, which also says what the arguments are.

number-separator = .
language-name = Deutsch
desk = Moderation
desk-skip = Zu den Kommentaren
desk-main = Hauptmenü
desk-queue = Warteschlange
desk-go = Gehe zu
desk-blocks = Gesperrt
desk-batches = Zusammen entschieden
desk-model = Modell
desk-settings = Einstellungen
desk-privacy = Datenschutz
desk-activity = Verlauf
desk-keys = Tasten
desk-undo = Rückgängig
sign-in = Anmelden
sign-out = Abmelden
key-next = nächster, voriger Kommentar
key-approve = freigeben
key-spam = Spam
key-reject = ablehnen: echt, aber unerwünscht; das Modell lernt nichts daraus
key-why = lehnt ab und sagt, warum: „Beleidigung“ lehrt, was auf dieser Site eine ist
key-trash = Papierkorb
key-hold = zurück in die Warteschlange
key-undo = die letzte Entscheidung zurücknehmen, auf jeder Seite
key-open = öffnet den Kommentar
key-thread = zeigt den Kommentar in seinem Gespräch
key-search = suchen
key-block = Verfasser, Domain, Netz oder Wortfolge sperren
key-answer = auf den Kommentar antworten
key-palette = überallhin gehen, alles tun
key-help = diese Hilfe
key-selected = entscheidet über alle ausgewählten
keys-on = Diese Tasten verwenden
keys-close = Schließen
queue-comments = Kommentare
queue-comments-by-status = Kommentare nach Status
queue-search = Suche
queue-text-name-or-website = Wörter, Name, Website oder E-Mail-Adresse
queue-site = Website
queue-every-site = alle Websites
queue-score = Bewertung
queue-order = Reihenfolge
queue-apply = Anwenden
queue-clear = Zurücksetzen
queue-more-filters = Weitere Filter
queue-any = beliebig
queue-page = Seite
queue-path-or-address = /pfad oder Adresse
queue-reason = Grund
queue-links = Links
queue-with-a-link = mit Link
queue-without = ohne
queue-from = Von
queue-to = Bis
queue-approve = Freigeben
queue-spam = Spam
queue-reject = Ablehnen
queue-trash = Papierkorb
queue-why = Warum, beim Ablehnen:
queue-why-unsaid = nicht gesagt
queue-back-to-the-queue = Zurück in die Warteschlange
queue-selected-comments = Ausgewählte Kommentare:
queue-roomy = mehr Platz
queue-marks = Markierungen
queue-decide = Entscheiden
queue-answers = Antwort auf
queue-a-reply = Eine Antwort
queue-read-on = Weiterlesen
queue-first-page = Erste Seite
queue-next-page = Nächste Seite
queue-pages = Seiten
queue-select = Kommentar von { $name } auswählen
queue-matching = alle <span id="total">{ $total }</span> Treffer, auf jeder Seite
queue-nothing-to-show = Nichts zu zeigen
queue-change-the-filter-above = Ändern Sie den Filter oben.
queue-nothing-matches = Kein Treffer
queue-elsewhere = Anderswo:
queue-nothing-waits-for-you = Nichts wartet auf Sie
queue-new-comments-appear-here-as = Hier erscheinen Kommentare, die jemand ansehen sollte. Was fast sicher Spam ist, liegt unter Spam.
queue-nothing-here = Hier ist nichts
queue-no-comment-has-this-status = Kein Kommentar hat diesen Status.
status-pending = Offen
status-approved = Freigegeben
status-spam = Spam
status-rejected = Abgelehnt
status-trash = Papierkorb
status-all = Alle
order-newest = Neueste zuerst
order-oldest = Älteste zuerst
order-uncertain = Unsicherste zuerst
order-spammiest = Spam zuerst
order-abusive = Beleidigendste zuerst
abuse-abuse = Beleidigung
abuse-seems = Wirkt beleidigend, { $percent } %
abuse-seems-kind = Wirkt beleidigend, { $percent } %: { $kind }
abuse-seems-not = Wirkt nicht beleidigend, { $percent } %
abuse-no-language = Nicht auf Beleidigung geprüft: Das Modell kennt die Sprache nicht
abuse-likely = wahrscheinlich beleidigend
abuse-sure = fast sicher beleidigend
abuse-severe = sehr hasserfüllt
abuse-insult = eine Beleidigung
abuse-threat = eine Drohung
abuse-identity-attack = gegen das, was Menschen sind
abuse-obscene = obszön
abuse-sexual = sexuell
check-honeypot = verstecktes Feld ausgefüllt
check-timing = Formular zu schnell oder zu spät gesendet
check-duplicate = derselbe Text wieder
check-rate = viele von einem Ort
check-blocklist = gesperrtes Wort oder Adresse
check-links = viele Links
score-none = nicht bewertet
score-spam = wahrscheinlich Spam
score-uncertain = unsicher
score-genuine = wahrscheinlich echt
score-sure-spam = fast sicher Spam
score-sure-genuine = fast sicher echt
score-likely = Wahrscheinlichkeit für Spam
because-abuse = Wirkt beleidigend: { $score } erreicht die Schwelle der Website von { $threshold }, also entscheidet ein Mensch
why-reviewed = Diese Website prüft jeden Kommentar
age-now = gerade eben
age-minutes = vor { $number } Min.
age-hours = vor { $number } Std.
age-days = vor { $number } T.
flash-unchanged = Nichts wurde geändert.
flash-noted = Die Notiz steht im Verlauf.
flash-answered = Ihre Antwort ist veröffentlicht.
flash-nothing-to-undo = Vom letzten Tag ist nichts mehr zurückzunehmen.
comment-comment = Kommentar
comment-history = Verlauf
comment-judgement = Bewertung
comment-author = Verfasser
comment-next = Nächster
comment-block = Sperren
comment-answer = Antworten
comment-answer-send = Antwort veröffentlichen
comment-answer-as = Ihre Antwort, veröffentlicht unter dem Namen { $name }
comment-answer-approves = Den Kommentar freigeben, dem sie gilt
comment-thread = Gespräch
comment-add-note = Notiz hinzufügen
comment-email = E-Mail
comment-website = Website
comment-comments = Kommentare
start-title = Erste Schritte
start-done = erledigt
start-site = Ihre Website hinzufügen, mit der Adresse ihrer Seiten
start-page = Die zwei Zeilen auf eine Seite setzen und sie einmal öffnen
start-comment = Einen ersten Kommentar erhalten
start-mail = E-Mail einrichten und sich einen Test senden
start-people = Eine Kollegin einladen
me-your-account = Ihr Konto
me-language = Sprache
me-language-of-browser = wie im Browser
me-save = Speichern
me-name = Name
views-title = Gespeicherte Listen
views-keep = Diese Liste behalten
views-keep-it = Behalten
views-name = Name
views-change = ändern
activity-activity = Verlauf
activity-decisions = Entscheidungen
batches-taken-back = zurückgenommen
js-did-approve = freigegeben
js-did-spam = als Spam markiert
js-did-reject = abgelehnt
js-did-trash = in den Papierkorb gelegt
js-did-hold = in die Warteschlange zurückgelegt
js-verb-approve = Freigeben
js-verb-spam = Als Spam markieren
js-verb-reject = Ablehnen
js-verb-trash = In den Papierkorb
js-verb-hold = Zurück in die Warteschlange
js-why-abuse = Beleidigung
js-why-off_topic = nicht zum Thema
js-why-low_quality = trägt nichts bei
js-why-private_information = Privates
js-why-impersonation = gibt sich als jemand anders aus
js-why-illegal = gegen das Gesetz
js-reject-because = Ablehnen: { $reason }
js-reject-why = Ablehnen und sagen, warum
js-now-pending = offen
js-now-approved = freigegeben
js-now-spam = Spam
js-now-rejected = abgelehnt
js-now-trash = im Papierkorb
js-line-approve = Freigegeben: { $who }
js-line-spam = Als Spam markiert: { $who }
js-line-reject = Abgelehnt: { $who }
js-line-trash = Im Papierkorb: { $who }
js-line-hold = Zurück in der Warteschlange: { $who }
js-undo = Rückgängig
js-undo-line = Rückgängig: { $what }
js-close = Schließen
js-leave-them = So lassen
js-sure = { $verb }: { $number }?
js-sure-yes = { $verb }: { $number }
js-show = Zeigen
js-selected = { $number } ausgewählt
js-select-all = Alle gezeigten auswählen
js-all-done = Hier ist alles erledigt
js-what-else = Sehen, was sonst noch da ist
js-signed-out = Sie sind abgemeldet.
js-sign-in = Anmelden
js-no-answer = der Dienst antwortet nicht. Versuchen Sie es noch einmal.
js-comment-by = der Kommentar von { $who }
js-failed = Nicht erledigt: { $what }: { $why }
js-gone = Nicht mehr da: { $what }.
js-faster = { $who } war schneller: { $what }, jetzt { $status }. Sehen Sie noch einmal hin.
js-before-you = { $who } hat vor Ihnen entschieden: { $did }, { $when }.
js-you = Sie
js-seconds-ago = vor { $number } s
js-minutes-ago = vor { $number } Min.
js-select-first = Wählen Sie zuerst einen Kommentar: Taste j.
js-select-some = Wählen Sie zuerst Kommentare aus.
js-new = { $number } neu: zeigen
js-undo-last = Die letzte Entscheidung zurücknehmen
js-keys = Tasten
js-what-to-do = Wohin, oder was tun?
js-nothing-like-that = Nichts heißt so
js-saved-list = Liste
js-decided-approve = { $count ->
    [one] { $number } Kommentar freigegeben.
   *[other] { $number } Kommentare freigegeben.
}
js-decided-spam = { $count ->
    [one] { $number } Kommentar als Spam markiert.
   *[other] { $number } Kommentare als Spam markiert.
}
js-decided-reject = { $count ->
    [one] { $number } Kommentar abgelehnt.
   *[other] { $number } Kommentare abgelehnt.
}
js-decided-trash = { $count ->
    [one] { $number } Kommentar in den Papierkorb gelegt.
   *[other] { $number } Kommentare in den Papierkorb gelegt.
}
js-decided-hold = { $count ->
    [one] { $number } Kommentar zurück in der Warteschlange.
   *[other] { $number } Kommentare zurück in der Warteschlange.
}
js-taken-back = { $count ->
    [one] { $number } Kommentar zurückgenommen.
   *[other] { $number } Kommentare zurückgenommen.
}
js-comments = { $count ->
    [one] { $number } Kommentar
   *[other] { $number } Kommentare
}
flash-undo-all = { $count ->
    [one] Rückgängig
   *[other] Alle { $number } zurücknehmen
}
