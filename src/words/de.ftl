### German. Groups and order are those of en.ftl, which also says what the arguments are.

## Why the policy decided as it did

because-not-judged = Das Modell konnte ihn nicht bewerten, deshalb wird er zurückgehalten
because-score = Seine Bewertung { $score } erreicht die Schwelle der Website von { $threshold }
because-trusted = { $approved ->
    [one] Von seinem Verfasser wurde hier { $approved } Kommentar freigegeben, und seine Bewertung ist niedrig
   *[other] Von seinem Verfasser wurden hier { $approved } Kommentare freigegeben, und seine Bewertung ist niedrig
}
because-not-this = Sein Verfasser gilt als vertrauenswürdig, dieser Kommentar aber nicht
because-person-decides = Über jeden Kommentar unter der Spam-Schwelle entscheidet ein Mensch
because-few-labels = Nur was auf dieser Website markiert wurde, deutet auf Spam hin, und hier wurden noch zu wenige Kommentare freigegeben, um sich allein darauf zu verlassen: Ein Mensch entscheidet
because-few-approved = { $needed ->
    [1] Von seinem Verfasser wurde hier noch kein Kommentar freigegeben
   *[other] Von seinem Verfasser wurden hier weniger als { $needed } Kommentare freigegeben
}
because-abuse = Wirkt beleidigend: { $score } erreicht die Schwelle der Website von { $threshold }, also entscheidet ein Mensch
because-imported = Er wurde aus einem anderen System importiert

## What the checks found

reason-honeypot = Ein Feld, das Menschen nicht sehen, war ausgefüllt
reason-not-opened = Er wurde gesendet, ohne das Formular zu öffnen
reason-forged = Sein Formularschlüssel wurde nicht hier ausgestellt
reason-too-soon = Das Formular wurde { $seconds } Sekunden nach dem Öffnen gesendet
reason-too-late = { $hours ->
    [one] Das Formular wurde { $hours } Stunde nach dem Öffnen gesendet
   *[other] Das Formular wurde { $hours } Stunden nach dem Öffnen gesendet
}
reason-reused = { $count ->
    [one] { $count } Kommentar kam aus einem Formular, das einmal geöffnet wurde
   *[other] { $count } Kommentare kamen aus einem Formular, das nur einmal geöffnet wurde
}
# 10 stands for 10 or more.
reason-repeated = { $times ->
    [1] Derselbe Text wurde schon einmal gesendet
    [10] Derselbe Text wurde schon 10-mal oder öfter gesendet
   *[other] Derselbe Text wurde schon { $times }-mal gesendet
}
reason-network = { $count ->
    [one] { $count } Kommentar kam
   *[other] { $count } Kommentare kamen
} innerhalb von { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
} aus diesem Netz
reason-email = { $count ->
    [one] { $count } Kommentar kam
   *[other] { $count } Kommentare kamen
} innerhalb von { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
} von dieser E-Mail-Adresse
reason-blocked-word = Er enthält ein gesperrtes Wort: { $word }
reason-blocked-domain = Er enthält eine gesperrte Domain: { $domain }
reason-blocked-email = Seine E-Mail-Adresse ist gesperrt
reason-blocked-network = Sein Netz ist gesperrt
# 30 stands for 30 or more.
reason-copies = { $count ->
    [one] Fast gleich wie ein anderer Kommentar
    [30] Fast gleich wie 30 oder mehr andere
   *[other] Fast gleich wie { $count } andere
} der letzten { $days } Tage{ $spam ->
    [0] { "" }
   *[other] , davon { $spam } Spam
}
reason-language = Hamlet kennt seine Sprache noch nicht ({ $code }): Ein Mensch entscheidet
reason-links = { $count ->
    [one] Er enthält { $count } Link
   *[other] Er enthält { $count } Links
}; die Website erlaubt { $allowed }

## What the model read; it follows "because the comment" in a list

sign-looks = wie er geschrieben ist: Länge, Großbuchstaben, Links und Zeichen
sign-looks-links = { $links ->
    [one] { $links } Link
   *[other] { $links } Links
} in { $words ->
    [one] einem Wort
   *[other] { $words } Wörtern
}
sign-looks-capitals = { $percent } % der Buchstaben sind groß
sign-looks-short = kürzer als drei Wörter
sign-name = der Name „{ $quoted }“
sign-email-domain = eine E-Mail-Adresse bei { $quoted }
sign-website = die Website { $quoted }
sign-passage = eine Stelle, die für sich wie Spam klingt
sign-link = verlinkt auf { $quoted }
sign-email = nennt eine E-Mail-Adresse
sign-mention = spricht „{ $quoted }“ an
sign-hashtag = trägt das Schlagwort „{ $quoted }“
sign-number = enthält die Zahl „{ $quoted }“
sign-symbol = enthält „{ $quoted }“
sign-spelled = schreibt „{ $quoted }“ gesperrt
sign-word = sagt „{ $quoted }“
sign-order = wie Wörter, Zahlen und Zeichen aufeinander folgen
sign-links = { $links ->
    [0] kein Link
    [1] ein Link
   *[other] { $links } Links
} in { $words ->
    [1] einem Wort
   *[other] { $words } Wörtern
}
sign-length = { $words ->
    [1] ein Wort
   *[other] { $words } Wörter
}
sign-symbols = { $percent } % Zeichen
sign-exclamations = { $count } Ausrufezeichen
sign-digits = { $percent } % Ziffern
sign-disguised = { $count ->
    [1] ein verkleidetes oder verstecktes Zeichen
   *[other] { $count } verkleidete oder versteckte Zeichen
}
sign-markup = { $count ->
    [1] ein Stück HTML
   *[other] { $count } Stücke HTML
}

## Mails to moderators

mail-queue-heading = { $count ->
    [1] Auf { $place } wartet ein Kommentar
   *[other] Auf { $place } warten { $count } Kommentare
}
mail-queue-several-sites = mehreren Websites
mail-queue-subject = { $heading }: { $authors }
mail-queue-subject-others = { $heading }: { $authors } und andere
mail-queue-by = <strong><bdi>{ $author }</bdi></strong> auf <bdi>{ $page }</bdi>
mail-queue-by-linked = <strong><bdi>{ $author }</bdi></strong> auf <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-queue-by-text = { $author } auf { $page } ({ $site }), { $received }
mail-queue-score = Spamfilter: <strong>{ $score }</strong>
mail-queue-score-text = Spamfilter: { $score }
mail-queue-percent = (Spam: { $percent })
mail-queue-why = Warum es Spam sein könnte:
mail-queue-approve = Freigeben
mail-queue-spam = Spam
mail-queue-reject = Ablehnen
mail-queue-approve-text = Freigeben: { $url }
mail-queue-spam-text = Spam:      { $url }
mail-queue-reject-text = Ablehnen:  { $url }
mail-queue-open = In der Moderation öffnen
mail-queue-open-text = Öffnen:    { $url }
mail-queue-more = { $count ->
    [one] Und { $count } weiterer.
   *[other] Und { $count } weitere.
}
mail-queue-more-linked = <a href="{ $url }">Und { $count ->
    [one] { $count } weiterer
   *[other] { $count } weitere
} in der Moderation</a>.
mail-queue-foot = <a href="{ $desk }">Zur Moderation</a> · <a href="{ $preferences }">Wie oft Sie E-Mails bekommen</a> · <a href="{ $stop }">Diese E-Mails abbestellen</a>
mail-queue-foot-text =
    Zur Moderation: { $desk }
    Wie oft Sie E-Mails bekommen: { $preferences }
    Diese E-Mails abbestellen: { $stop }
mail-queue-links = Jeder Link öffnet eine Seite, die noch einmal nachfragt, bevor sich etwas ändert. Die Links sind nur für Sie und gelten 7 Tage; bitte leiten Sie diese E-Mail nicht weiter.

mail-test-subject = Eine Testmail von Hamlet auf { $service }
mail-test-title = E-Mails kommen an
mail-test = Jemand hat Hamlet auf { $service } um eine Testmail gebeten. Das ist sie: E-Mails kommen an.
mail-test-look = Wenn sie im Spam-Ordner gelandet ist, sehen Sie in docs/mail.md nach: SPF, DKIM und DMARC belegen, von wem eine E-Mail wirklich ist.

## Mails to commenters

mail-confirm-subject = { $site }: Möchten Sie von Antworten erfahren?
mail-confirm-title = Antworten auf { $site }
mail-confirm-question = Möchten Sie von Antworten erfahren?
mail-confirm-public = Sie möchten von Antworten auf Ihre Kommentare auf { $site } erfahren. Ihr Kommentar zu <bdi>{ $page }</bdi> ist jetzt öffentlich.
mail-confirm-public-text = Sie möchten von Antworten auf Ihre Kommentare auf { $site } erfahren. Ihr Kommentar auf dieser Seite ist jetzt öffentlich:
mail-confirm-yes = Ja, bei Antworten benachrichtigen
mail-confirm-yes-text = Wenn Sie von Antworten erfahren möchten, bestätigen Sie es hier:
mail-confirm-no = Wenn Sie das nicht wollten, tun Sie nichts: Sie erfahren von keiner Antwort. Oder <a href="{ $url }">werden Sie nie wieder gefragt</a> auf { $site }.
mail-confirm-no-text = Wenn Sie das nicht wollten, tun Sie nichts: Sie erfahren von keiner Antwort. Um auf { $site } nie wieder gefragt zu werden:
mail-reply-heading = { $count ->
    [1] eine Antwort auf Ihren Kommentar
   *[other] { $count } Antworten auf Ihre Kommentare
}
mail-reply-title = { $count ->
    [1] Eine Antwort auf Ihren Kommentar
   *[other] Antworten auf Ihre Kommentare
}
mail-reply-by = <strong><bdi>{ $author }</bdi></strong> hat geantwortet auf <bdi>{ $page }</bdi>
mail-reply-by-linked = <strong><bdi>{ $author }</bdi></strong> hat geantwortet auf <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-reply-by-text = { $author } hat auf Ihren Kommentar auf { $page } geantwortet ({ $site }).
mail-reply-own = Sie schrieben:
mail-reply-reply = Die Antwort:
mail-reply-more = { $count ->
    [one] Und { $count } weitere.
   *[other] Und { $count } weitere.
}
mail-reply-stop = Sie bekommen diese E-Mail, weil Sie von Antworten auf { $site } erfahren möchten. <a href="{ $url }">Diese E-Mails abbestellen</a>.
mail-reply-stop-text = Sie bekommen diese E-Mail, weil Sie von Antworten auf { $site } erfahren möchten. Abbestellen:

## The comment form

form-title = Kommentar schreiben
form-title-refused = Ihr Kommentar wurde noch nicht gesendet
form-work-needs-script = Diese Website verlangt von jedem Absender einen Arbeitsnachweis; dafür ist JavaScript nötig.
form-name = Name
form-email = E-Mail
form-email-note = Ihre E-Mail-Adresse wird nicht veröffentlicht.
form-website = Website <span class="quiet">(freiwillig)</span>
form-text = Kommentar
form-honeypot = Bitte leer lassen
form-replies = Bei Antworten eine E-Mail schicken
form-send = Absenden
read-title = Kommentare
read-none = Noch keine Kommentare.
read-count = { $count ->
    [one] { $count } Kommentar
   *[other] { $count } Kommentare
}
read-write = Kommentar schreiben
read-reply = { $name } antworten
read-more = Weitere Kommentare
read-feed = Feed dieser Kommentare
thanks-title = Vielen Dank
thanks-published = Ihr Kommentar ist veröffentlicht.
thanks-back = Zurück zum Artikel
thanks-awaits = Ihr Kommentar wartet auf Freigabe. Er erscheint, sobald ein Moderator ihn freigegeben hat.

## The pages that links in mails lead to

link-unknown = Dieser Link funktioniert nicht
link-unknown-text = Vielleicht wurde er unterwegs abgeschnitten. Kopieren Sie den ganzen Link aus der E-Mail.
link-expired = Dieser Link ist zu alt
link-expired-text = Links in E-Mails gelten 7 Tage. Nichts wurde geändert.
link-refused = Dieser Link gilt nicht mehr
link-refused-text = Den Kommentar gibt es nicht mehr, oder das Konto, für das der Link gemacht wurde, darf nicht über ihn entscheiden.
link-by = <strong><bdi>{ $author }</bdi></strong> auf <bdi>{ $page }</bdi>
link-by-linked = <strong><bdi>{ $author }</bdi></strong> auf <a href="{ $url }" rel="noreferrer"><bdi>{ $page }</bdi></a>
link-score = Spamfilter: { $score }
link-why = Warum es Spam sein könnte:
link-undo = Rückgängig
link-stale-title = Schon entschieden
link-stale = Dieser Kommentar hat sich seit der E-Mail geändert
link-stale-now = Er ist jetzt: { $status }. Dieser Link hat nichts geändert.
link-last-decided = { $who } hat am { $when } „{ $decision }“ entschieden.
link-last-undone = { $who } hat „{ $decision }“ am { $when } zurückgenommen.

link-ask-undo = Die letzte Entscheidung zurücknehmen?
link-ask-approve = Diesen Kommentar freigeben?
link-ask-spam = Ist dieser Kommentar Spam?
link-ask-reject = Diesen Kommentar ablehnen?
link-ask-trash = Diesen Kommentar in den Papierkorb legen?
link-ask-hold = Diesen Kommentar in die Warteschlange zurücklegen?
link-do-undo = Zurücknehmen
link-do-approve = Freigeben
link-do-spam = Als Spam markieren
link-do-reject = Ablehnen
link-do-trash = In den Papierkorb
link-do-hold = Zurücklegen
link-because = Warum, wenn Sie es sagen möchten
link-done-undo = Zurückgenommen.
link-done-approve = Freigegeben: Der Kommentar ist öffentlich.
link-done-spam = Als Spam markiert.
link-done-reject = Abgelehnt: Der Kommentar bleibt unveröffentlicht.
link-done-trash = In den Papierkorb gelegt.
link-done-hold = In die Warteschlange zurückgelegt.

mail-stop = E-Mails über wartende Kommentare abbestellen?
mail-stop-text = Sie bekommen keine E-Mails mehr über wartende Kommentare, von keiner Website. In der Moderation können Sie unter Ihrem Namen stattdessen wählen, wie oft Sie E-Mails bekommen.
mail-stop-button = Diese E-Mails abbestellen
mail-stopped = Abbestellt
mail-stopped-text = Sie bekommen keine E-Mails mehr über wartende Kommentare. In der Moderation können Sie sie unter Ihrem Namen wieder einschalten.
replies-ask = Von Antworten auf { $site } erfahren?
replies-ask-text = Wenn jemand auf einen Ihrer Kommentare antwortet, bekommen Sie eine E-Mail. Jede enthält einen Link zum Abbestellen.
replies-yes = Ja, bei Antworten benachrichtigen
replies-stop = E-Mails über Antworten auf { $site } abbestellen?
replies-stop-text = Sie bekommen von dieser Website keine E-Mails mehr und werden nicht wieder gefragt.
replies-stop-button = Diese E-Mails abbestellen
replies-confirmed = Sie erfahren von Antworten
replies-confirmed-text = Sie bekommen eine E-Mail, wenn jemand auf einen Ihrer Kommentare antwortet.
replies-stopped = Abbestellt
replies-stopped-text = Sie bekommen von dieser Website keine E-Mails mehr über Antworten.

## Signing in and out

sign-in = Anmelden
sign-in-email = E-Mail
sign-in-password = Passwort
sign-in-forgot = Passwort vergessen? Bitten Sie einen Betreiber um einen Einmal-Link. Ein Betreiber erstellt ihn auf dem Rechner selbst mit <code>hamlet moderator link</code>.
sign-in-nobody = Noch hat niemand ein Konto. Öffnen Sie den Link, den Hamlet dort ausgegeben hat, wo es gestartet wurde: Er gilt einmal, innerhalb eines Tages. Neu gestartet gibt Hamlet einen neuen aus.
sign-in-wrong = Adresse oder Passwort stimmt nicht.
sign-in-too-many = Zu viele Versuche. Warten Sie eine Viertelstunde und versuchen Sie es dann noch einmal.
sign-in-link-nobody = Willkommen. Wer sind Sie?
sign-in-link-nobody-text = Dieser Link gilt einmal. Danach melden Sie sich mit Adresse und Passwort an.
sign-in-link-first = Willkommen, { $name }
sign-in-link-choose = Wählen Sie ein Passwort.
sign-in-link-known = Dieser Link gilt einmal; danach melden Sie sich mit Ihrer Adresse, { $email }, und dem Passwort an.
sign-in-link-again = Als { $name } anmelden
sign-in-link-again-text = Dieser Link gilt einmal. Wählen Sie hier ein neues Passwort, wenn Sie das alte vergessen haben.
sign-in-link-errors = Etwas stimmt noch nicht; siehe unten.
sign-in-link-name = Name
sign-in-link-name-note = Andere Moderatoren sehen ihn neben Ihren Entscheidungen.
sign-in-link-email-note = Zum Anmelden und um von wartenden Kommentaren zu erfahren. Sie wird verschlüsselt gespeichert.
sign-in-link-new-password = Neues Passwort <span class="quiet">oder leer lassen, um Ihres zu behalten</span>
sign-in-link-password-note = Mindestens { $min } Zeichen. Ein paar Wörter, die Sie sich merken, sind gut.
sign-in-link-gone = Dieser Link gilt nicht mehr
sign-in-link-gone-text = Ein Anmeldelink gilt einmal, 24 Stunden lang, und ein neuerer ersetzt einen älteren.
sign-in-link-gone-else = <a href="/sign-in">Melden Sie sich mit Ihrem Passwort an</a> oder bitten Sie einen Betreiber um einen neuen Link.
sign-out = Abmelden
sign-out-ask = Abmelden?
sign-out-back = Zurück zur Moderation
sign-out-done = Sie sind abgemeldet
refused-title = Das hat nicht geklappt
refused-back = Zur Moderation

## The desk: what every page has around it

desk = Moderation
desk-mail-to-files = E-Mails werden als Dateien in <code>{ $folder }</code> abgelegt: Niemand bekommt sie.
desk-mail-try = Einrichten und ausprobieren
desk-unknown-proxy = Anfragen kommen über einen Proxy, den der Dienst nicht kennt, sodass alle Absender als einer zählen: Häufigkeiten gelten für den Proxy, und ein gesperrtes Netz sperrt alle aus. Tragen Sie die Adresse des Proxys in <code>server.trusted_proxies</code> ein.
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
desk-statistics = Statistik
desk-keys = Tasten
desk-undo = Rückgängig
key-next = nächster, voriger Kommentar
key-approve = freigeben
key-spam = Spam
key-reject = ablehnen: echt, aber unerwünscht; das Modell lernt nichts daraus
key-why = lehnt ab und sagt, warum: „Beleidigung“ lehrt, was auf dieser Site eine ist
key-trash = Papierkorb
key-hold = zurück in die Warteschlange
key-undo = die letzte Entscheidung zurücknehmen, auf jeder Seite
key-select = auswählen; <kbd>Shift</kbd> <kbd>x</kbd> wählt alle gezeigten aus
key-shift = <kbd>Shift</kbd> + eine Taste
key-selected = entscheidet über alle ausgewählten
key-open = öffnet den Kommentar
key-thread = zeigt den Kommentar in seinem Gespräch
key-search = suchen
key-block = Verfasser, Domain, Netz oder Wortfolge sperren
key-answer = auf den Kommentar antworten
key-palette = überallhin gehen, alles tun
key-help = diese Hilfe
keys-on = Diese Tasten verwenden
keys-close = Schließen

## The desk: the queue

queue-only-comments-by-one-author = Nur Kommentare eines Verfassers.
queue-change-the-filter-above = Ändern Sie den Filter oben.
queue-new-comments-appear-here-as = Hier erscheinen Kommentare, die jemand ansehen sollte. Was fast sicher Spam ist, liegt unter Spam und kann von dort zurückgeholt werden.
queue-meanwhile = Mit <kbd>j</kbd> und <kbd>k</kbd> gehen Sie durch eine Liste, mit <kbd>a</kbd> geben Sie frei, mit <kbd>s</kbd> markieren Sie als Spam, und <kbd>z</kbd> macht das Letzte rückgängig.
queue-no-comment-has-this-status = Kein Kommentar hat diesen Status.
queue-comments = Kommentare
queue-nothing-to-show = Nichts zu zeigen
queue-nothing-matches = Kein Treffer
queue-nothing-waits-for-you = Nichts wartet auf Sie
queue-nothing-here = Hier ist nichts
queue-more-filters = Weitere Filter
queue-every-site = alle Websites
queue-any = beliebig
queue-with-a-link = mit Link
queue-without = ohne
queue-apply = Anwenden
queue-approve = Freigeben
queue-spam = Spam
queue-reject = Ablehnen
queue-trash = Papierkorb
queue-why = Warum, beim Ablehnen:
queue-why-unsaid = ohne Grund
queue-back-to-the-queue = Zurück in die Warteschlange
queue-search = Suche
queue-site = Website
queue-score = Bewertung
queue-order = Reihenfolge
queue-page = Seite
queue-reason = Grund
queue-links = Links
queue-from = Von
queue-to = Bis
queue-selected-comments = Ausgewählte Kommentare:
queue-clear = Zurücksetzen
queue-read-on = Weiterlesen
queue-first-page = Erste Seite
queue-next-page = Nächste Seite
queue-page-size = Kommentare je Seite
queue-comments-by-status = Kommentare nach Status
queue-text-name-or-website = Wörter, Name, Website oder E-Mail-Adresse
queue-path-or-address = /pfad oder Adresse
queue-pages = Seiten

queue-decide = Entscheiden
queue-roomy = mehr Platz
queue-answers = Antwort auf
queue-a-reply = Eine Antwort
# Below a comment in a list that others are folded into: they are decided about with it.
queue-copies = { $count ->
    [one] Mit { $number } fast gleichen
   *[other] Mit { $number } fast gleichen
} { $pages ->
    [one] auf einer Seite
   *[other] auf { $pages } Seiten
}{ $sites ->
    [one] { "" }
   *[other] { " " }von { $sites } Websites
}
queue-show-copies = Zeigen
queue-only-copies = Nur Kommentare, die einem fast gleichen.
queue-only-decided = In dieser Reihenfolge steht nur, worüber jemand entschieden hat.
imports-title = Importe und umgezogene Seiten
imports-imports = Bisherige Importe
imports-how = Größere Dateien und Kommentare direkt von einer Website werden auf dem Rechner importiert, auf dem Hamlet läuft:
imports-none = Noch wurde nichts importiert.
imports-new = { $count ->
    [one] { $number } neuer Kommentar
   *[other] { $number } neue Kommentare
}
imports-not-ended = Er ist nicht abgeschlossen oder läuft noch. Erneut importiert, geht er weiter.
imports-taken-back = { $count ->
    [0] Ganz zurückgenommen
    [one] Zurückgenommen, bis auf einen Kommentar, über den schon jemand entschieden hatte
   *[other] Zurückgenommen, bis auf { $number } Kommentare, über die schon jemand entschieden hatte
}
imports-unchanged = { $count ->
    [one] { $number } war schon da
   *[other] { $number } waren schon da
}
imports-ham = { $number } als echt markiert
imports-spam = { $number } als Spam markiert
imports-unlabelled = { $number } ohne Markierung
imports-orphans = { $count ->
    [one] { $number } antwortet auf einen Kommentar, den es hier nicht gibt
   *[other] { $number } antworten auf Kommentare, die es hier nicht gibt
}
imports-withheld = { $number } nicht öffentlich: { $why }
imports-skipped = { $number } ausgelassen: { $why }
imports-doubts = { $number } teilweise nicht verstanden: { $why }
imports-not-understood = Was nicht verstanden wurde und was zu wissen ist
imports-take-back = Zurücknehmen
imports-what-goes = Seine Kommentare und das daraus Gelernte löschen, außer denen, über die seither jemand entschieden hat
imports-take-it-back = Diesen Import zurücknehmen
imports-say-that-you-are-sure = Bestätigen Sie, dass Sie sicher sind.
imports-removed = { $count ->
    [one] { $number } Kommentar ist wieder weg.
   *[other] { $number } Kommentare sind wieder weg.
}
imports-kept = { $count ->
    [one] Einer bleibt: Jemand hat seither darüber entschieden.
   *[other] { $number } bleiben: Jemand hat seither darüber entschieden.
}
imports-move-a-page = Kommentare einer Seite umziehen
imports-move-hint = Wenn ein Artikel jetzt eine andere Adresse hat oder ein Gespräch in zwei geteilt wurde: Die Kommentare kommen zu denen, die dort sind.
imports-from-page = Von dieser Seite
imports-to-page = Auf diese Seite
imports-move = Umziehen
imports-moved = { $count ->
    [0] Auf dieser Seite gibt es keinen Kommentar.
    [one] { $number } Kommentar ist umgezogen.
   *[other] { $number } Kommentare sind umgezogen.
}
imports-no-such-site = Diese Website gibt es nicht.
imports-from-a-file = Eine Datei importieren
imports-file-hint = Kommentare eines anderen Systems, mit dem, was dort über sie entschieden wurde. Zuerst sehen Sie, was käme. Was dort nicht öffentlich war, wartet hier.
imports-what-it-is = Was sie ist
imports-find-out = Selbst herausfinden
imports-at-most = Höchstens { $number } MiB, mit gzip gepackt oder nicht. Größere:
imports-same-file = Nichts davon wurde behalten: Wählen Sie dieselbe Datei noch einmal, dann wird sie importiert.
imports-try-it = Ansehen, was käme
imports-do-it = Importieren
imports-would-come = { $count ->
    [0] Es käme kein Kommentar.
    [one] Es käme { $number } Kommentar.
   *[other] Es kämen { $number } Kommentare; die schon hier sind, bleiben, wie sie sind.
}
imports-too-large = Hier werden höchstens { $number } MiB angenommen. Importieren Sie die Datei auf dem Rechner, auf dem Hamlet läuft.
imports-choose-a-file = Wählen Sie zuerst eine Datei.
imports-no-such-format = Dieses Format gibt es nicht.
comment-copies = Fast gleiche Kommentare
comment-copies-say = { $count ->
    [one] Mit { $number } fast gleichen
   *[other] Mit { $number } fast gleichen
} { $pages ->
    [one] steht er auf einer Seite
   *[other] steht er auf { $pages } Seiten
}{ $sites ->
    [one] { "" }
   *[other] { " " }von { $sites } Websites
}
comment-copies-elsewhere = { $count ->
    [one] Ein weiterer steht auf einer Website, die Sie nicht moderieren.
   *[other] { $number } weitere stehen auf Websites, die Sie nicht moderieren.
}
comment-copies-too = { $verb }: { $count ->
    [one] auch den wartenden fast gleichen
   *[other] auch die { $number } wartenden fast gleichen
}
queue-site-name = Name der Website
queue-sites-like-that = Websites mit einem solchen Namen:
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
order-decided = Zuletzt entschiedene zuerst
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
check-language = eine Sprache, die Hamlet nicht kennt
check-copies = fast gleiche anderswo
queue-language = Sprache
comment-language = Sprache: { $code }
score-none = nicht bewertet
score-spam = wahrscheinlich Spam
score-uncertain = unsicher
score-genuine = wahrscheinlich echt
score-sure-spam = fast sicher Spam
score-sure-genuine = fast sicher echt
score-likely = Wahrscheinlichkeit für Spam
why-reviewed = Diese Website prüft jeden Kommentar
age-now = gerade eben
age-minutes = vor { $number } Min.
age-hours = vor { $number } Std.
age-days = vor { $number } T.

## The desk: first steps

start-title = Erste Schritte
start-done = erledigt
start-site = Ihre Website hinzufügen, mit der Adresse ihrer Seiten
start-page = Die zwei Zeilen auf eine Seite setzen und sie einmal öffnen
start-comment = Einen ersten Kommentar erhalten
start-mail = E-Mail einrichten und sich einen Test senden
start-people = Eine Kollegin oder einen Kollegen einladen

## The desk: block rules

blocks-title = Gesperrt
blocks-what-they-are = Kommentare, auf die eine dieser Regeln zutrifft, werden zurückgehalten oder gelten als Spam, gleich wie sie bewertet sind. Nichts wird weggeworfen.
blocks-none = Nichts ist gesperrt
blocks-how-to = Öffnen Sie einen Kommentar und wählen Sie „Sperren“ (Taste <kbd>b</kbd>), um seinen Verfasser, eine Domain, sein Netz oder eine Wortfolge zu sperren.
blocks-added = Die Regel gilt jetzt.
blocks-what = Was
blocks-where = Wo
blocks-does = Dann
blocks-until = Bis
blocks-by = Angelegt von
blocks-hidden = (nur ein Hashwert wird aufbewahrt)
blocks-remove = Entfernen
blocks-hits = Treffer zuletzt
blocks-hits-of = { $hits } der letzten { $all }, { $approved } freigegeben
blocks-hit-last = zuletzt { $when }
blocks-hits-none = keiner der letzten { $all }
blocks-import = Liste hinzufügen
blocks-import-what = Die Liste unerlaubter Wörter von WordPress, Domains oder Adressen, eine je Zeile, oder eine hier gespeicherte Datei. Was eine Zeile ist, wird an ihr erkannt.
blocks-import-list = Die Liste, ein Eintrag je Zeile
blocks-import-try = Zuerst ausprobieren
blocks-import-do = Liste hinzufügen
blocks-import-site = Für welche Website
blocks-import-tried = { $new } Regeln kämen hinzu, { $known } gibt es schon. Zusammen hätten sie { $hits } der letzten { $all } Kommentare getroffen, davon { $approved } freigegebene.
blocks-imported = { $new } Regeln wurden hinzugefügt, { $known } gab es schon.
blocks-import-refused = Nicht übernommen:
blocks-import-line = Zeile { $line }: { $text }
blocks-export = Regeln als Datei speichern
blocks-remove-named = Die Regel { $what } entfernen
block-title = Sperren
block-what = Was gesperrt wird
block-word = das Wort oder die Wortfolge
block-phrase = Wort oder Wortfolge
block-email = die Adresse
block-network = das Netz
block-domain = die Domain
block-trial = Hätte { $hits } der letzten { $all } Kommentare getroffen, davon { $approved } freigegebene.
block-then = Was mit solchen Kommentaren geschieht
block-holds = ein Mensch sieht sie an
block-spam = sie sind Spam
block-how-long = Wie lange
block-a-week = eine Woche
block-a-month = einen Monat
block-a-year = ein Jahr
block-for-good = für immer
block-note = Warum <span class="quiet">wenn Sie mögen</span>
block-everywhere = Auf allen Websites
block-force = Trotz so vieler Treffer hinzufügen
block-do = Sperren
block-try = Nur ausprobieren

## The desk: what the last form did

flash-unchanged = Nichts wurde geändert.
flash-noted = Die Notiz steht im Verlauf.
flash-answered = Ihre Antwort ist veröffentlicht.
flash-edited = Der Text ist geändert; der alte steht im Verlauf.
flash-unedited = Der Text ist wieder wie vor der Änderung.
flash-erased = Endgültig gelöscht.
flash-nothing-to-undo = Vom letzten Tag ist nichts mehr zurückzunehmen.
flash-broken-undo = { $count ->
    [one] Der Dienst fiel aus, bevor { $number } weiterer Kommentar an der Reihe war.
   *[other] Der Dienst fiel aus, bevor { $number } weitere Kommentare an der Reihe waren.
}
flash-broken = Dann fiel der Dienst aus: Der Rest ist wie zuvor. Versuchen Sie es noch einmal.
flash-left-own = { $count ->
    [one] { $number } blieb unverändert: Sie hatten ihn vorher selbst geändert.
   *[other] { $number } blieben unverändert: Sie hatten sie vorher selbst geändert.
}
flash-left = { $count ->
    [one] { $number } blieb unverändert: Er hat sich inzwischen geändert. Sehen Sie noch einmal hin.
   *[other] { $number } blieben unverändert: Sie haben sich inzwischen geändert. Sehen Sie noch einmal hin.
}
flash-left-by = { $count ->
    [one] { $number } blieb unverändert: { $who } hat ihn inzwischen geändert. Sehen Sie noch einmal hin.
   *[other] { $number } blieben unverändert: { $who } hat sie inzwischen geändert. Sehen Sie noch einmal hin.
}
flash-undo-rest = Den Rest zurücknehmen
flash-undo-all = { $count ->
    [one] Rückgängig
   *[other] Alle { $number } zurücknehmen
}

## The desk: lists with a name

views-title = Gespeicherte Listen
views-what-they-are = Filter und Reihenfolgen, denen Sie einen Namen gegeben haben. Jede Liste hat ihre eigene Adresse, die Sie als Lesezeichen speichern können.
views-none = Noch keine
views-how-to = Grenzen Sie die Warteschlange mit den Filtern ein und behalten Sie die Liste dann unter einem Namen.
views-remove = Entfernen
views-remove-named = Die Liste { $name } entfernen
views-change = ändern
views-keep = Diese Liste behalten
views-name = Name
views-keep-it = Behalten
views-too-long = Diese Filter sind zu lang, um sie zu behalten.
views-too-many = Es gibt schon { $number } Listen. Entfernen Sie zuerst eine.

## What the desk's scripts say. "count" chooses the form of a sentence, "number" is the number as it is written.

number-separator = .
language-name = Deutsch
language-direction = ltr
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
    [one] Bei { $number } Kommentar zurückgenommen.
   *[other] Bei { $number } Kommentaren zurückgenommen.
}
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
js-leave-them = Abbrechen
js-sure = { $verb }: { $count ->
    [one] { $number } Kommentar?
   *[other] { $number } Kommentare?
}
js-sure-yes = { $verb }: { $number }
js-show = Zeigen
js-selected = { $number } ausgewählt
js-select-all = Alle gezeigten auswählen
js-all-done = Hier ist alles erledigt
js-what-else = Sehen, was sonst noch da ist
js-signed-out = Sie sind abgemeldet.
js-sign-in = Anmelden
js-no-answer = der Dienst antwortet nicht. Versuchen Sie es noch einmal.
js-not-decided-approve = Nicht freigegeben.
js-not-decided-spam = Nicht als Spam markiert.
js-not-decided-reject = Nicht abgelehnt.
js-not-decided-trash = Nicht in den Papierkorb gelegt.
js-not-decided-hold = Nicht in die Warteschlange zurückgelegt.
js-comment-by = der Kommentar von { $who }
js-comments = { $count ->
    [one] { $number } Kommentar
   *[other] { $number } Kommentare
}
js-failed = Nicht erledigt: { $what }: { $why }
js-just-back = er war eben erst zurückgekommen. Sehen Sie noch einmal hin.
js-gone = Nicht mehr da: { $what }.
js-faster = { $who } war schneller: { $what }, jetzt { $status }. Sehen Sie noch einmal hin.
js-faster-many = { $who } hat vor Ihnen geändert: { $what }. Sehen Sie noch einmal hin.
js-you-before = Sie hatten schon geändert: { $what }. Sehen Sie noch einmal hin.
js-changed = Inzwischen geändert: { $what }. Sehen Sie noch einmal hin.
js-before-you = { $who } hat vor Ihnen entschieden: { $did }, { $when }.
js-you-decided = Sie haben schon entschieden: { $did }, { $when }.
js-edited-before-you = { $who } hat den Text geändert, { $when }. Lesen Sie ihn noch einmal.
js-undone-before-you = { $who } hat eine Entscheidung zurückgenommen: jetzt { $status }, { $when }.
js-changed-now = Inzwischen geändert: jetzt { $status }.
js-decided-by = { $who }: { $did }, { $when }
js-changed-since = { $who } hat ihn seither geändert: jetzt { $status }.
js-changed-since-you = Sie haben ihn seither geändert: jetzt { $status }.
js-not-taken-back = Nicht zurückgenommen.
js-some-not-taken-back = Nicht bei { $what }: { $why }
js-rest-changed = Den Rest hat jemand seither geändert.
js-you = Sie
js-seconds-ago = vor { $number } s
js-minutes-ago = vor { $number } Min.
js-at = um { $when }
js-select-first = Wählen Sie zuerst einen Kommentar: Taste j.
js-select-some = Wählen Sie zuerst Kommentare aus.
js-not-loaded = { $count ->
    [one] Die nächsten Kommentare konnten nicht geladen werden: Eine Taste wirkte nicht.
   *[other] Die nächsten Kommentare konnten nicht geladen werden: { $number } Tasten wirkten nicht.
}
js-new = { $number } neu: zeigen
js-more = Mehr
js-open = Öffnen
js-undo-last = Die letzte Entscheidung zurücknehmen
js-keys = Tasten
js-what-to-do = Wohin, oder was tun?
js-nothing-like-that = Nichts heißt so
js-saved-list = Liste
js-looking = { $who } sieht ihn gerade an

## The desk: a comment by itself

text-invisible = { $code }: ein unsichtbares Zeichen
comment-comment = Kommentar
comment-plus-speaks-for-spam-minus = Plus zählt für Spam, Minus dagegen.
comment-history = Verlauf
comment-judgement = Bewertung
comment-author = Verfasser
comment-decided-before = Früher entschieden
comment-checks-that-fired = Ausgelöste Prüfungen
comment-what-counted-in-the-text = Was im Text den Ausschlag gab
comment-also-by-this-author = Auch von diesem Verfasser
comment-from-the-same-network = Aus demselben Netz
comment-with-the-same-web-site = Mit derselben Website
comment-note-for-the-history-with = Notiz <span class="quiet">für den Verlauf, mit einer Entscheidung oder allein</span>
comment-email = E-Mail
comment-website = Website
comment-comments = Kommentare
comment-add-note = Notiz hinzufügen
comment-next = Nächster
comment-block = Sperren
comment-answer = Antworten
comment-answer-as = Ihre Antwort, veröffentlicht unter dem Namen { $name }
comment-answer-approves = Den Kommentar freigeben, dem sie gilt
comment-answer-send = Antwort veröffentlichen
comment-thread = Gespräch
answer-needs-address = Ihr Konto braucht eine E-Mail-Adresse, bevor Sie antworten können.
verdict-publish = sofort veröffentlicht
verdict-hold = für einen Menschen zurückgehalten
verdict-spam = als Spam beiseitegelegt
decision-approve = freigeben
decision-spam = Spam
decision-reject = ablehnen
decision-trash = Papierkorb
decision-hold = zurückhalten
history-arrived = Eingegangen: { $to }
history-decided = entschied „{ $decision }“: jetzt { $to }
history-undone = nahm „{ $decision }“ zurück: wieder { $to }
history-revealed = sah die ganze Adresse an
history-edited = änderte den Text
history-edit-undone = nahm die Änderung des Textes zurück
history-before = Der Text davor
history-noted = notierte
door-token = API
door-mail = per E-Mail
door-client = von einem Programm gemeldet
door-command = Kommandozeile
door-other = sonstige
comment-show-it-whole = Adresse anzeigen
comment-taken-back = (zurückgenommen)
comment-that-you-looked-goes-into = Der Verlauf hält dann fest, dass Sie nachgesehen haben.
comment-all-of-theirs-that-wait = Alle offenen Kommentare dieses Verfassers

## The desk: before many are decided

confirm-these-are-all-that-match = Das sind alle Treffer der Liste, von der Sie kommen, auf jeder Seite. Sie können sie 30 Tage lang gemeinsam zurücknehmen, hier oder unter <a href="/desk/batches">Zusammen entschieden</a>.
confirm-leave-them = Abbrechen
confirm-question = { $verb }: { $count ->
    [one] { $number } Kommentar?
   *[other] { $number } Kommentare?
}
confirm-all = { $verb }: alle { $number }

## The desk: what was decided together

batches-decided-together = Zusammen entschieden
batches-what-was-decided-about-several = Was in den letzten 30 Tagen über mehrere Kommentare auf einmal entschieden wurde. Beim Zurücknehmen bleibt unberührt, worüber seither jemand entschieden hat.
batches-select-several-comments-or-all = Wählen Sie mehrere Kommentare oder alle Treffer aus und entscheiden Sie darüber: Dann erscheint es hier.
batches-nothing-was = Noch nichts
batches-taken-back = zurückgenommen
batches-taking-back = wird zurückgenommen

## The desk: what operators did

statistics-none = Seit gestern kam kein Kommentar.
statistics-lately = { $count ->
    [one] Seit gestern kam { $number } Kommentar
   *[other] Seit gestern kamen { $number } Kommentare
}: { $aside } als Spam beiseitegelegt, { $published } veröffentlicht, { $held } zur Entscheidung zurückgehalten.
statistics-at-least = { $count ->
    [one] Seit gestern kam mindestens { $number } Kommentar; weitere werden noch gezählt.
   *[other] Seit gestern kamen mindestens { $number } Kommentare; weitere werden noch gezählt.
}
statistics-waiting = { $count ->
    [0] Jetzt wartet nichts.
    [one] Jetzt wartet { $number } Kommentar.
   *[other] Jetzt warten { $number } Kommentare.
}
statistics-over = { $count ->
    [one] An { $number } Tag
   *[other] In { $number } Tagen
}: { $came } kamen, { $aside } davon von selbst als Spam beiseitegelegt; Menschen holten { $back } davon zurück und markierten { $missed } durchgekommene als Spam.
statistics-until = Gezählt bis { $at } (UTC). Tage sind Tage in UTC; importierte Kommentare sind nicht dabei.
statistics-days = { $count ->
    [one] { $number } Tag
   *[other] { $number } Tage
}
statistics-period = Zeitraum
statistics-every-site = Alle Websites
statistics-csv = Diese Summen als CSV-Datei
statistics-by-day = Kommentare nach Tagen
statistics-by-day-chart = Eingegangene Kommentare nach Tagen, als Spam beiseitegelegte über den übrigen
statistics-decisions = Entscheidungen nach Tagen
statistics-decisions-chart = Entscheidungen nach Tagen, ohne zurückgenommene
statistics-wait = Zeit bis zur ersten Entscheidung
statistics-wait-chart = Zurückgehaltene Kommentare nach Stunden bis zur ersten Entscheidung, bis zu einem Tag
statistics-wait-none = Über keinen zurückgehaltenen Kommentar wurde schon entschieden.
statistics-wait-half = Die Hälfte wartete weniger als { $time }.
statistics-wait-half-more = Mehr als die Hälfte wartete länger als einen Tag.
statistics-within = Innerhalb von
statistics-share = Anteil
statistics-minutes = { $count ->
    [one] { $number } Minute
   *[other] { $number } Minuten
}
statistics-hours = { $count ->
    [one] { $number } Stunde
   *[other] { $number } Stunden
}
statistics-longer = länger
statistics-hours-axis = Stunden bis zur Entscheidung
statistics-key-came = <span class="spam">als Spam beiseitegelegt</span> <span class="ham">die übrigen</span>
statistics-bar-day = { $day }: { $came } gekommen, { $aside } als Spam beiseitegelegt
statistics-bar-decided = { $day }: { $decided } entschieden
statistics-bar-wait = nach { $from } bis { $to } Stunden: { $comments }
statistics-day = Tag
statistics-came = Gekommen
statistics-aside = Beiseitegelegt
statistics-held = Zurückgehalten
statistics-published = Veröffentlicht
statistics-decided = Entschieden
statistics-back = Zurückgenommen
statistics-missed = Durchgekommen
statistics-by-site = Nach Website
statistics-by-page = Nach Seite
statistics-by-page-text = Die zwanzig mit den meisten Kommentaren.
statistics-by-language = Nach Sprache
statistics-by-because = Warum
statistics-by-because-text = Warum Hamlet veröffentlichte, zurückhielt oder beiseitelegte.
statistics-by-reason = Gründe, die Menschen nannten
statistics-site = Website
statistics-page = Seite
statistics-language = Sprache
statistics-reason = Grund
statistics-people = Wer entschied
statistics-people-you = Was Sie entschieden
statistics-people-text = Nach Namen geordnet. „Geändert“ sind die, über die ein Kollege danach anders entschied oder die er zurücknahm; alle sehen ihre eigene Zeile, Betreiber alle.
statistics-person = Person
statistics-changed = Geändert
statistics-stood = Unverändert geblieben
statistics-nothing = Noch nichts.
statistics-nothing-text = Sobald Kommentare kommen und über sie entschieden wird, wird hier einige Minuten später zusammengezählt, was aus ihnen wurde.
statistics-unknown = nicht bekannt
statistics-because-score = wahrscheinlich Spam nach seiner Bewertung
statistics-because-trusted = ein vertrauenswürdiger Verfasser
statistics-because-trusted_not_this = ein vertrauenswürdiger Verfasser, aber nicht dieser Kommentar
statistics-because-labels_too_few = zu wenige Markierungen, um sich darauf zu verlassen
statistics-because-all_reviewed = die Website prüft alles
statistics-because-few_approved = zu wenige Kommentare des Verfassers wurden freigegeben
statistics-because-abuse = wahrscheinlich beleidigend
statistics-because-not_judged = das Modell konnte nicht bewerten
activity-activity = Verlauf
activity-on-sites = auf { $count ->
    [one] { $count } Website
   *[other] { $count } Websites
}
activity-nothing-yet = Noch nichts.
activity-what-operators-did = Was Betreiber getan haben
activity-when = Wann
activity-who = Wer
activity-what = Was
activity-to-what = Woran
activity-more = Mehr
activity-older = Ältere
activity-acts = Handlungen
activity-decisions = Entscheidungen
activity-decisions-text = Wer was entschieden hat, das Neueste zuerst. Worüber seither niemand entschieden hat, lässt sich hier zurücknehmen.
activity-nothing-decided = Noch wurde nichts entschieden.
activity-earlier = Frühere
activity-decided = { $did }: ein Kommentar von { $author }
activity-undo = Rückgängig: { $what }
act-address-reveal = sah eine ganze Adresse an
act-comments-export = exportierte Kommentare
act-comments-import = importierte Kommentare
act-comments-import-undo = nahm einen Import zurück
act-key-add = legte den Schlüssel eines Programms an
act-key-revoke = widerrief den Schlüssel eines Programms
act-mail-retry = versuchte eine E-Mail erneut
act-model-activate = nahm ein Modell in Betrieb
act-model-roll-back = kehrte zum vorigen Modell zurück
act-model-train = startete ein Training
act-person-add = fügte einen Moderator hinzu
act-person-change = änderte ein Konto
act-person-link = erstellte einen Anmeldelink
act-person-password = setzte ein Passwort
act-person-remove = entfernte einen Moderator
act-rule-add = fügte eine Sperrregel hinzu
act-rule-import = fügte eine Liste von Sperrregeln hinzu
act-rule-remove = entfernte eine Sperrregel
act-samples-add = fügte markierte Texte hinzu
act-sealing-key-retire = zog die älteren Verschlüsselungsschlüssel zurück
act-sealing-key-rotate = wechselte den Verschlüsselungsschlüssel
act-session-end-all = meldete sich überall ab
act-site-add = fügte eine Website hinzu
act-site-change = änderte eine Website
act-site-abuse-trial = sah an, was Zurückhalten wegen Beleidigung bewirken würde
act-site-remove = entfernte eine Website
act-subject-erase = löschte die Daten eines Menschen
act-subject-export = sah die Daten eines Menschen an
act-token-add = erstellte ein Zugriffstoken
act-token-revoke = widerrief ein Zugriffstoken
act-webhook-add = fügte einen Webhook hinzu
act-webhook-remove = entfernte einen Webhook

## The desk: your account

me-your-account = Ihr Konto
me-saved = Gespeichert.
me-nothing-was-saved-some-of = Nichts wurde gespeichert: Etwas stimmt noch nicht.
me-ends-every-session-of-yours = Beendet alle Ihre Sitzungen, auch diese, und nicht benutzte Anmeldelinks. Zugriffstoken, die Sie erstellt haben, gelten weiter.
me-mail-to-files = Noch ist kein Mailserver eingerichtet, daher erreicht Sie keine E-Mail.
me-mail-about-comments-that-wait = E-Mails über wartende Kommentare
me-address-and-password = Adresse und Passwort
me-sessions = Sitzungen
me-as-above = wie oben
me-another-site = Eine weitere Website
me-another-hint = Ihr Name in Adressen: Sie bekommt dann oben eine eigene Zeile.
me-save = Speichern
me-language = Sprache
me-language-of-browser = wie im Browser
me-sign-out-everywhere = Überall abmelden
me-name = Name
me-other-moderators-see-it-beside = Andere Moderatoren sehen ihn neben Ihren Entscheidungen.
me-new-address = Neue Adresse
me-leave-it-empty-to-keep = Leer lassen, um Ihre zu behalten.
me-new-password = Neues Passwort
me-at-least-10-characters-it = Mindestens 10 Zeichen. Sie werden überall sonst abgemeldet.
me-present-password = Bisheriges Passwort
me-needed-to-change-the-address = Nötig, um Adresse oder Passwort zu ändern.

## The desk: a site

site-settings = <a href="/desk/settings">Einstellungen</a>
site-saved = Gespeichert.
site-nothing-was-saved-some-of = Nichts wurde gespeichert: Etwas stimmt noch nicht.
site-otherwise-it-is-judged-and = Andernfalls wird es bewertet und vergessen. <a href="/desk/settings#keys">Ihre Schlüssel</a> stehen in den Einstellungen.
site-on-your-pages = Auf Ihren Seiten
site-snippet-hint = Fügen Sie diese zwei Zeilen dort ein, wo die Kommentare erscheinen sollen, und öffnen Sie die Seite dann einmal.
site-what-scores-do = Was Bewertungen bewirken
site-what-counts-as-evidence = Was als Beleg zählt
site-programs-that-ask-about-comments = Verbundene Programme
site-name = Name
site-origins-of-its-pages-one = Adressen ihrer Seiten, eine je Zeile
site-origins-hint = Nur Seiten dort dürfen seine Kommentare in einem Browser zeigen und senden.
site-origin-proposed = <bdi>{ $origin }</bdi> ist unten eingetragen und noch nicht gespeichert. Speichern Sie es, wenn es Ihres ist.
site-save = Speichern
site-remove = Diese Website entfernen
site-remove-text = Sie wird mit ihren Kommentaren, Modellen, Regeln, Schlüsseln und Einstellungen entfernt: sofort, für alle und endgültig.
site-remove-type = Geben Sie { $name } ein, um es zu bestätigen
site-remove-mismatch = Das ist nicht der Name der Website, die entfernt werden sollte. Sie ist noch da.
site-a-comment-without-a-form = Ein Kommentar ohne Formularschlüssel zählt für Spam
site-what-they-ask-about-is = Was sie anfragen, wird aufbewahrt, um hier geprüft zu werden
site-careful = Vorsichtig
site-balanced = Ausgewogen
site-strict = Streng
site-spam-proposed = { $percent } % ist unten eingetragen und noch nicht gespeichert.
site-spam-from = Spam ab
site-a-score-from-0-to = Ab dieser Bewertung wird ein Kommentar als Spam beiseitegelegt: von 1 bis 100.
site-authors-are-trusted-after = Verfasser gelten als vertrauenswürdig nach
site-so-many-comments-of-theirs = So vielen Kommentaren, die ein Mensch freigegeben hat, jeweils aus demselben Browser und mit derselben Adresse gesendet. Dann werden ihre Kommentare sofort veröffentlicht, solange nichts gegen sie spricht und sie auf nichts Neues verlinken. Leer: niemand, und ein Mensch sieht jeden Kommentar.
site-published-at-once-below = Sofort veröffentlicht unter
site-a-trusted-author-s-comment = Der Kommentar eines vertrauenswürdigen Verfassers mit niedrigerer Bewertung braucht keine Prüfung: unter der obigen.
site-links = Links
site-more-in-one-comment-speak = Mehr in einem Kommentar sprechen für Spam.
site-seconds = Sekunden
site-a-form-sent-sooner-after = Ein Formular, das früher nach dem Öffnen gesendet wird, zählt für Spam.
site-hours = Stunden
site-a-form-sent-later-after = Ein Formular, das später nach dem Öffnen gesendet wird, auch.
site-keeping = Wie lange
site-spam-days = Tage für Spam
site-so-many-days-after = So viele Tage, nachdem er als Spam galt, wird er endgültig gelöscht; was Modelle daraus gelernt haben, bleibt. Leer: nie.
site-trash-days = Tage für den Papierkorb
site-likewise-the-trash = Ebenso, was im Papierkorb liegt.
site-pages = Adressen von Seiten
site-trailing-slash = Ein Schrägstrich am Ende
site-slash-kept = zählt: /post und /post/ sind zwei Seiten
site-slash-added = ist immer da: /post ist /post/
site-slash-removed = ist nie da: /post/ ist /post
site-drop-index = /post/index.html ist /post/
site-parameters = Parameter, die Seiten unterscheiden
site-parameters-hint = Etwa p, durch Leerzeichen getrennt; ein Strich allein: keine. Leer: alle außer denen, die sagen, woher ein Leser kam (utm_source, fbclid und andere). Wenn sich das ändert, ziehen Kommentare dorthin um, wo ihre Seite jetzt ist.
site-proof-of-work = Arbeitsnachweis
site-zero-bits-1-to-24 = Wie viel der Browser des Absenders arbeitet, bevor er senden darf: 1 bis 24 Bit; 16 dauern einen Augenblick. Leer: gar nicht.
site-abuse = Wie beleidigend Kommentare wirken
site-abuse-off = wird nicht ermittelt
site-abuse-show = wird Moderatoren angezeigt
site-abuse-hold = wird angezeigt, und Kommentare, die beleidigend wirken, werden für sie zurückgehalten
site-abuse-hint = Bevor etwas zurückgehalten wird, sehen Sie an, was es bewirkt hätte.
site-abuse-from = Zurückgehalten ab
site-abuse-from-hint = Von 50 bis 100. Nichts wird dadurch je veröffentlicht, beiseitegelegt oder verworfen.

## The desk: settings

settings-settings = Einstellungen
settings-none-a-program-that-moderates = Keine. Ein Programm, das moderiert oder importiert, meldet sich mit einem an.
settings-send-me-a-test-mail = Mir eine Testmail senden
settings-mail-how = Mail wird zugestellt, sobald <code>mail.url</code> (oder <code>HAMLET_MAIL__URL</code>) einen Mailserver nennt, etwa <code>smtp://user:password@mail.example.org</code>, und Hamlet neu gestartet wurde. <code>docs/mail.md</code> hat Rezepte für die üblichen Anbieter.
settings-none-everything-was-delivered-or = Keine: Alles wurde zugestellt oder wird noch versucht.
settings-sites = Websites
settings-moderators = Moderatoren
settings-tokens-for-programs = Zugriffstoken für Programme
settings-mail-that-was-given-up = Nicht zugestellte E-Mails
settings-name-in-addresses = Name in Adressen
settings-slug-hint = Kleinbuchstaben, Ziffern und Bindestriche, etwa mein-blog. Er steht in den Zeilen, die Sie in Ihre Seiten einfügen.
settings-name-for-people = Name für Menschen
settings-origins-of-its-pages = Adressen ihrer Seiten
settings-origins-hint = Wie sie beginnen, etwa https://example.org, ohne Pfad. Mehrere: mit einem Leerzeichen dazwischen.
settings-name = Name
settings-email = E-Mail
settings-role = Rolle
settings-every-site = alle Websites, auch später hinzugefügte
settings-only-these = nur diese
settings-find-a-site = Es gibt { $number } Websites. Suche nach Namen:
settings-find = Suchen
settings-nothing-done = Nichts wurde getan: Etwas stimmt noch nicht.
settings-what-it-is-for = Wofür es ist
settings-add-a-site = Website hinzufügen
settings-add-a-moderator = Moderator hinzufügen
settings-make-a-token = Zugriffstoken erstellen
settings-moderator-decides-about-comments = Moderator: entscheidet über Kommentare
settings-operator-runs-the-place-too = Betreiber: verwaltet auch alles andere
settings-moderator = Moderator
settings-operator = Betreiber
settings-site = Website
settings-its-pages = Ihre Seiten
settings-what-to-do = <span class="away">Was zu tun ist</span>
settings-owner = Inhaber
settings-last-used = Zuletzt benutzt
settings-mail = E-Mail
settings-to = An
settings-from = Vom
settings-why = Warum
settings-add-the-site = Website hinzufügen
settings-sign-in-link = Anmeldelink
settings-remove = Entfernen
settings-add-the-moderator = Moderator hinzufügen
settings-revoke = Widerrufen
settings-make-the-token = Zugriffstoken erstellen
settings-try-again = Noch einmal versuchen
settings-none-named-no-browser-of = noch keine: keine Seite darf hierher senden
settings-you = Sie
settings-link-for = Einen Anmeldelink für { $name } erstellen
settings-remove-named = { $name } entfernen
settings-revoke-named = { $name } widerrufen
settings-try-again-named = Noch einmal versuchen: { $kind } an { $to }
settings-tokens-end = Ein Zugriffstoken endet mit dem Konto dessen, der es erstellt hat, und darf nicht mehr als dieser.
settings-ownerless = { $count ->
    [one] Von einem gültigen weiß niemand, wer es erstellt hat: Ersetzen Sie es und widerrufen Sie es dann.
   *[other] Von { $number } gültigen weiß niemand, wer sie erstellt hat: Ersetzen Sie sie und widerrufen Sie sie dann.
}
settings-never = nie
settings-gone = nicht mehr da
settings-all-sites = alle Websites
settings-sent-link = Senden Sie diesen Link an { $name }: Er gilt einmal zum Anmelden, einen Tag lang, und wird nicht noch einmal gezeigt.
settings-person-removed = Entfernt. Der Name bleibt im Verlauf.
settings-token-made = Als „Authorization: Bearer …“ zu senden. Es wird nicht noch einmal gezeigt.
settings-token-revoked = Das Zugriffstoken ist widerrufen.
settings-site-added = Hinzugefügt.
settings-site-removed = Die Website ist entfernt.
settings-choose-sites = Wählen Sie mindestens eine oder alle Websites.
settings-mail-address = Ihr Konto hat keine lesbare Adresse: Geben Sie ihm eine, unter Ihrem Namen.
settings-mail-not-sent = Nicht gesendet: { $why }.
settings-mail-in-folder = Sie liegt jetzt als Datei im Ordner, und niemand bekommt sie: Tragen Sie in mail.url einen Mailserver ein, wie docs/mail.md beschreibt.
settings-mail-taken = Der Mailserver hat sie für { $to } angenommen. Sehen Sie nach, ob sie ankommt und in welchem Ordner.
settings-mail-retried = Es wird sofort noch einmal versucht, so lange wie bei einer neuen E-Mail.
settings-letter-queue = wartende Kommentare
settings-letter-confirm = Frage zu Antworten
settings-letter-reply = eine Antwort
me-mail-each = sofort
me-mail-hourly = einmal in der Stunde
me-mail-daily = einmal am Tag
me-mail-never = nie
settings-revoked = widerrufen
settings-blog = blog
settings-https-example-org = https://example.org
settings-tokens = Zugriffstoken

## The desk: settings: programs

programs-none-wordpress-and-others-that = Keine. WordPress und andere, die das Protokoll von Akismet sprechen, fragen stattdessen hier an, mit dem Schlüssel einer Website.
programs-a-key-judges-and-reports = Ein Schlüssel bewertet und meldet für seine Website und kann sonst nichts. Ob die Website aufbewahrt, wonach gefragt wird, steht in ihren Einstellungen.
programs-none-a-program-of-yours = Keine. Ein Programm von Ihnen kann erfahren, was auf einer Website geschieht.
programs-in-the-public-internet-or = Im öffentlichen Internet oder in einem Netz, das die Konfiguration erlaubt.
programs-programs-that-ask-about-comments = Verbundene Programme
programs-webhooks = Webhooks
programs-program = Programm
programs-site = Website
programs-address = Adresse
programs-make-a-key = Schlüssel erstellen
programs-add-a-webhook = Webhook hinzufügen
programs-its-comments-are = Seine Kommentare werden
programs-last-used = Zuletzt benutzt
programs-what-to-do = <span class="away">Was zu tun ist</span>
programs-told-of = Erfährt von
programs-last-took = Zuletzt angenommen
programs-not-taken = Nicht angenommen
programs-revoke = Widerrufen
programs-make-the-key = Schlüssel erstellen
programs-remove = Entfernen
programs-add-the-webhook = Webhook hinzufügen
programs-told-when = Benachrichtigen, wenn
programs-revoked = widerrufen
programs-nothing = nichts
programs-keys = Schlüssel
programs-wordpress = WordPress
programs-revoke-named = Den Schlüssel von { $name } widerrufen
programs-remove-named = Den Webhook { $url } entfernen
programs-backlog = { $queued } warten, { $dead } aufgegeben
programs-callbacks = Rückmeldungen von { $site }: { $queued } warten{ $dead ->
    [0] { "" }
   *[other] , { $dead } aufgegeben
} ({ $why }).
programs-not-tried = noch nicht versucht
programs-key-made = Tragen Sie ihn in das Programm ein, neben der Adresse dieses Dienstes. Er wird nicht noch einmal gezeigt.
programs-key-revoked = Der Schlüssel ist widerrufen.
programs-judged-only = nur bewertet
programs-kept = zur Prüfung aufbewahrt
programs-webhook-made = Zustellungen werden mit diesem Geheimnis signiert, wie es Standard Webhooks beschreibt. Es wird hier nicht noch einmal gezeigt.
programs-webhook-removed = Entfernt, samt dem, was noch zu melden war.
programs-nothing-yet = noch nichts
event-comment-received = ein Kommentar eingegangen ist
event-comment-decided = über einen Kommentar entschieden wurde
event-comment-edited = der Text eines Kommentars geändert wurde
event-model-activated = ein anderes Modell bewertet
programs-https-example-org-hook = https://example.org/hook

## The desk: privacy

privacy-privacy = Datenschutz
privacy-make-sure-that-it-is = Vergewissern Sie sich, dass wirklich diese Person fragt. Die Adresse wird nur im Formular gesendet und steht in keinem Protokoll und keinem Browserverlauf.
privacy-they-have-an-account-as = Diese Person hat ein Konto als Moderator, das bleibt: Es steht in den <a href="/desk/settings">Einstellungen</a>.
privacy-nothing-yet-what-is-erased = Noch nichts. Was gelöscht wird, ist hier vermerkt: wer es tat und wie viel es war, nicht, wessen Daten es waren.
privacy-what-is-held-about-a = Was über einen Menschen gespeichert ist
privacy-held = Gespeichert
privacy-nothing-held = Über diese Adresse ist nichts gespeichert.
privacy-only-account = Über diese Adresse ist nichts gespeichert außer dem Konto als Moderator, das in den <a href="/desk/settings">Einstellungen</a> steht.
privacy-comments-on = Kommentare auf { $site }, <span class="status { $class }">{ $status }</span>
privacy-be-sure = Bestätigen Sie, dass Sie sicher sind: Löschen lässt sich nicht rückgängig machen.
privacy-erased = Gelöscht: { $what }.
privacy-account-stays = Das Konto als Moderator gibt es noch: Entfernen Sie es in den Einstellungen.
privacy-amount-comments = { $count ->
    [one] { $number } Kommentar
   *[other] { $number } Kommentare
}
privacy-amount-samples = { $count ->
    [one] { $number } markierter Text
   *[other] { $number } markierte Texte
}
privacy-amount-subscriptions = { $count ->
    [one] { $number } Abonnement
   *[other] { $number } Abonnements
}
privacy-amount-mails = { $count ->
    [one] { $number } E-Mail
   *[other] { $number } E-Mails
}
privacy-amount-none = nichts
privacy-erased-before = Früher gelöscht
privacy-email = E-Mail
privacy-what = Was
privacy-how-many = Wie viele
privacy-when = Wann
privacy-by = Von
privacy-look-it-up = Nachsehen
privacy-download-all-of-it = Alles herunterladen
privacy-erase-all-of-it = Alles löschen
privacy-labelled-texts-and-what-models = Markierte Texte und was Modelle daraus gelernt haben
privacy-subscriptions-to-replies = Abonnements von Antworten
privacy-mails-to-them = E-Mails an diese Person
privacy-damaged-rows-which-cannot-be = Beschädigte Zeilen, die nicht lesbar sind
privacy-it-cannot-be-undone-and = Es lässt sich nicht rückgängig machen, und ich bin sicher

## The desk: the model

model-model = Modell
model-caught = Letzte 30 Tage: { $aside } von selbst als Spam beiseitegelegt, davon { $back } von Menschen zurückgeholt; { $missed } kamen durch, die Menschen als Spam markierten.
model-none-yet-a-training-takes = Noch keine. Ein Training nimmt, was Moderatoren entschieden haben und was importiert oder gesendet wurde, und vergleicht das neue Modell mit dem jetzigen an Beispielen, die keines gesehen hat.
model-all-of-it-counts = Alles zählt.
model-no-labels-yet-each-approval = Noch keine Markierungen. Jede Freigabe und jede Entscheidung für Spam ist eine.
model-labels-are-counted-and-capped = Danach werden Markierungen gezählt und begrenzt. Leer gelassen ist es Ihr eigener.
model-drawings-of-the-last-1 = Hier erscheinen Diagramme der letzten 1.000 Kommentare.
model-spam-caught-genuine-blocked = <span class="spam">Spam erkannt</span> <span class="ham">Echtes blockiert</span>
model-stands-as-spam-anything-else = <span class="spam">Spam</span> <span class="ham">alles andere</span>
model-nobody-has-decided-about-these = Über diese hat noch niemand entschieden.
model-each-dot-is-a-tenth = Jeder Punkt ist ein Zehntel der Bewertungen: waagerecht, was erwartet wurde; senkrecht, der Anteil, den Menschen Spam nannten. Auf der Linie bedeuten die Bewertungen, was sie sagen.
model-marked-as-spam-approved = <span class="spam">als Spam markiert</span> <span class="ham">freigegeben</span>
model-questions = Was Modelle beantworten
model-spam = Spam
model-abuse = Beleidigung
model-abuse-is-evidence = Eine Bewertung der Beleidigung wird Menschen angezeigt. Von sich aus veröffentlicht, verschiebt und verwirft sie nichts.
model-abuse-labels = Jede Freigabe ist eine, und jede Ablehnung mit dem Grund „Beleidigung“.
model-judges-now = Jetzt im Einsatz
model-class-ham = echt
model-class-spam = Spam
model-class-clean = nicht beleidigend
model-class-abuse = beleidigend
model-since = { $ham } { $clean }, { $spam } { $against }
model-since-few = { $ham } { $clean }, { $spam } { $against }; je { $minimum } sind nötig, bevor sie zählen
model-too-few = Um ein eigenes Modell der Website zu trainieren, braucht es je Klasse { $needed } Markierungen; es gibt { $ham } { $clean } und { $spam } { $against }.
model-spam-labels = Jede Freigabe und jede Entscheidung für Spam ist eine.
model-asked-by = Angefordert von { $who }, { $when }
model-put-into-use-by = in Betrieb genommen von { $who }
model-held-out = An { $ham } zurückgelegten Beispielen „{ $clean }“ und { $spam } „{ $against }“, bei der Schwelle { $threshold }; trainiert mit { $trained_ham } und { $trained_spam }
model-repeated = { $records }, davon wiederholen { $repeated } einen anderen
model-over-cap = { $count ->
    [one] { $number } mehr, als aus einer Quelle auf einmal zählen; das nächste Training nimmt sie
   *[other] { $number } mehr, als aus einer Quelle auf einmal zählen; das nächste Training nimmt sie
}
model-refused = Nichts davon wurde übernommen.
model-line = Zeile { $line }
model-file-hint = CSV oder TSV mit Kopfzeile oder JSON-Zeilen: <code>text</code> und <code>label</code> (<code>{ $against }</code> oder <code>{ $clean }</code>), wo bekannt <code>name</code>, <code>email</code>, <code>website</code>, und <code>site</code>, wo es nicht { $site } ist. Höchstens { $max } MiB. Alles zählt oder, wenn eine Zeile nicht stimmt, nichts.
model-what-if = Bei den letzten { $judged } Kommentaren, von denen Menschen über { $decided } entschieden haben. Die Schwelle der Website ist { $threshold }.
model-part-of = { $part } von { $all }
model-use-it = Diese Schwelle verwenden
model-use = { $threshold } verwenden
model-would = { $aside } beiseitegelegt: { $caught } von { $spam } Spam erkannt, { $blocked } von { $ham } echten blockiert.
model-abuse-would = { $held } zurückgehalten: davon { $approved } von Menschen freigegeben, { $rejected } abgelehnt.
model-said-begun = Das Training wartet, bis es an der Reihe ist.
model-said-under-way = Für diese Website läuft schon ein Training.
model-said-active = Das Modell ist im Einsatz.
model-said-back = Das vorige Modell ist wieder im Einsatz.
model-said-nothing-before = Es gibt kein Modell, zu dem man zurückkehren könnte.
model-said-seen = Es ist vermerkt, dass Sie es angesehen haben: Die Website darf jetzt wegen Beleidigung zurückhalten.
model-said-refused = Es besteht die Prüfung nicht: Die Gründe stehen darunter.
model-status-queued = eingereiht
model-status-training = wird trainiert
model-status-failed = fehlgeschlagen
model-status-candidate = Kandidat
model-status-live = im Einsatz
model-status-retired = abgelöst
model-phase-waiting = wartet, bis es an der Reihe ist
model-phase-reading = liest die Beispiele
model-phase-fitting = passt das Modell an
model-phase-measuring = misst es am jetzigen
model-phase-done = fertig
model-figure-auc = Fläche unter der ROC-Kurve
model-figure-log-loss = Logarithmischer Verlust
model-figure-calibration = Kalibrierungsfehler
model-trainings-and-models = Trainings und Modelle
model-samples = Beispiele
model-no-comment-was-judged-yet = Noch wurde kein Kommentar bewertet
model-what-a-threshold-would-do = Was eine Schwelle bewirken würde
model-scores = Bewertungen
model-calibration = Bedeuten Bewertungen, was sie sagen?
model-decisions-30-days = Entscheidungen, 30 Tage
model-labelled-data-from-elsewhere = Markierte Daten von anderswo
model-name-of-this-data = Name dieser Daten
model-file = Datei
model-version = Version
model-labels-since = Markierungen seither
model-records = Datensätze
model-new-labels = Neue Markierungen
model-changed = Geändert
model-unchanged = Unverändert
model-for-later = Für später
model-figure = Wert
model-this-model = Dieses Modell
model-live-then = Das vorige
model-came-by = Woher
model-came-decision = Entscheidungen
model-came-import = Importe
model-came-feedback = Meldungen von Programmen
model-came-samples = Daten von anderswo
model-class = Klasse
model-labels = Markierungen
model-in-use = Im Einsatz
model-threshold = Schwelle
model-put-aside = Beiseitegelegt
model-spam-caught = Spam erkannt
model-genuine-blocked = Echtes blockiert
model-show = Zeigen
model-train-a-model = Modell trainieren
model-back-to-the-one-before = Zurück zum vorigen
model-use-the-shipped-one = Das mitgelieferte verwenden
model-put-it-into-use = In Betrieb nehmen
model-take-it-in = Hochladen
model-site = Website
model-look-again = Noch einmal nachsehen
model-verdict-use = Mindestens so gut wie das jetzige, an Kommentaren, die keines gesehen hatte: Nehmen Sie es in Betrieb.
model-verdict-keep = Nicht besser als das jetzige: Behalten Sie jenes.
model-evaluation-report = Auswertungsbericht
model-progress = Fortschritt
model-share-of-the-spam-caught = Anteil des erkannten Spams und der blockierten echten Kommentare, nach Schwelle
model-share-that-was-spam-by = Anteil, der Spam war, nach Bewertung
model-although-it-does-not-pass = obwohl es nicht besser ist
model-how-many-comments-had-which = Wie viele Kommentare welche Bewertung hatten
chart-score = Bewertung
chart-share = Anteil
chart-share-of-spam = Anteil, der Spam war
chart-comments = Kommentare
chart-decisions = Entscheidungen
chart-days = Tage vor heute
chart-score-bin = { $from } bis { $to } %: { $spam } Spam, { $other } andere
chart-day = { $ago ->
    [0] Heute
    [one] Vor { $ago } Tag
   *[other] Vor { $ago } Tagen
}: { $approved } freigegeben, { $spam } als Spam markiert
chart-calibration-dot = { $expected } % erwartet, { $found } % waren Spam ({ $all })
model-decisions-of-the-last-30 = Entscheidungen der letzten 30 Tage
model-abuse-trial = Was Zurückhalten wegen Beleidigung bewirken würde
model-abuse-of = Bei den letzten { $comments } Kommentaren, die nicht als Spam beiseitegelegt wurden. Die Schwelle der Website ist { $threshold }. Kommentare in Sprachen, die das Modell nicht kennt, werden nie zurückgehalten.
model-abuse-held = Zurückgehalten
model-abuse-published = sofort veröffentlicht
model-abuse-approved = von Menschen freigegeben
model-abuse-rejected = von Menschen abgelehnt
model-abuse-seen = { $by } hat das angesehen, { $when }.
model-abuse-unseen = Noch hat niemand gesagt, dass er es angesehen hat: Bis dahin kann die Website danach nichts zurückhalten.
model-abuse-look = Ich habe es angesehen

## The desk: sentences with something in them

queue-search-behind = { $count ->
    [one] Ein Kommentar ist noch nicht im Suchindex und wurde nicht durchsucht.
   *[other] { $count } Kommentare sind noch nicht im Suchindex und wurden nicht durchsucht.
}
queue-elsewhere = Anderswo:
queue-no-match = Unter „{ $label }“ passt kein Kommentar zu diesen Filtern. <a href="/desk?status={ $status }">Alle zeigen</a>.
queue-matching = alle <span id="total">{ $total }</span> Treffer, auf jeder Seite
queue-marks = Markierungen
queue-select = Kommentar von { $name } auswählen
comment-for-good = Endgültig löschen
comment-deleted-on = Er wird am { $day } gelöscht, wie in den Einstellungen der Website festgelegt. Was Modelle daraus gelernt haben, bleibt.
comment-it-cannot-be-undone = Ich weiß, dass es sich nicht rückgängig machen lässt
comment-delete-it = Diesen Kommentar löschen
comment-erase-its-author = Seinen Verfasser löschen
comment-what-is-erased = Beim Löschen verschwindet der Kommentar mit Verlauf, E-Mails darüber und dem, was Modelle daraus gelernt haben. Den Verfasser zu löschen entfernt alles, was über ihn gespeichert ist, auf allen Websites.
comment-was = Er wurde { $verdict }. { $because }.
comment-model = Modell { $model }
activity-kept = Wird { $days } Tage aufbewahrt. Entscheidungen über Kommentare stehen im Verlauf jedes Kommentars.
me-every-other-site = Jede Website ohne eigene Wahl unten
me-how-often = Wie oft
me-address = Ihre Adresse ist { $email }.
batches-undo-all = Alle { $count } zurücknehmen

## Changing what a comment says

comment-edit = Bearbeiten
comment-edited = bearbeitet
edit-title = Kommentar bearbeiten
edit-text = Sein Text
edit-reason = Warum, für den Verlauf
edit-save = Änderung speichern
edit-now = Sein jetziger Text
edit-changed = { $who } hat den Kommentar inzwischen geändert. Ihr Text steht unten; wenn Sie ihn speichern, ersetzt er den jetzigen.
edit-readers-see = Leser sehen, dass der Kommentar bearbeitet wurde, nicht, was vorher darin stand. Moderatoren sehen beides.
edit-readers-see-both = Leser sehen, dass der Kommentar bearbeitet wurde, und können lesen, was vorher darin stand.
activity-edited = Änderte den Text von { $author }
site-readers = Was Leser sehen
site-show-edits = Leser dürfen sehen, was in einem Kommentar stand, bevor ein Moderator ihn geändert hat
read-edited = bearbeitet
edits-title = Was vorher im Kommentar stand
edits-what = Ein Moderator hat ihn geändert. Das sind seine früheren Fassungen, die älteste zuerst.
edits-until = Bis
key-edit = Text des Kommentars bearbeiten

## What comes from below in English, because programs read it too. A sentence of this group is found by its English text.

fault-required = Dieses Feld muss ausgefüllt sein.
fault-too-long = Höchstens { $max } Zeichen sind erlaubt.
fault-control = Steuerzeichen sind nicht erlaubt.
fault-email = Das ist keine E-Mail-Adresse.
fault-website = Das ist keine Adresse einer Website.
fault-slug = Verwenden Sie 1 bis 63 Kleinbuchstaben, Ziffern und innere Bindestriche.
fault-slug-taken = Eine andere Website hat diesen Namen.
fault-origins = Höchstens { $max } Ursprünge.
fault-origin = Schreiben Sie sie wie https://example.org, ohne Pfad.
fault-present-password = Das ist nicht Ihr bisheriges Passwort.
fault-password-short = Verwenden Sie mindestens { $min } Zeichen.
fault-address-taken = Ein anderer Moderator hat diese Adresse.
fault-operator-sites = Ein Betreiber verwaltet alle Websites: Nennen Sie keine.
fault-no-such = Das gibt es nicht: { $what }.
fault-what-site = Website
fault-what-comment = Kommentar
fault-what-page = Seite
fault-what-moderator = Moderator
fault-what-model = Modell
fault-what-import = Import
fault-what-rule = Sperrregel
fault-what-status = Status
fault-what-reason = Grund
fault-page-origin = Diese Seite liegt nicht auf einem der Ursprünge der Website.
fault-page = Eine Seite ist eine vollständige Webadresse oder ein Pfad, der mit einem Schrägstrich beginnt.
fault-parameters = Höchstens 50 Namen von Parametern, etwa p, ohne &, =, # und Leerzeichen.
fault-same-page = Das ist dieselbe Seite.
fault-same-text = Der Text ist wie zuvor.
fault-above-zero = Muss über 0 liegen und höchstens { $to } sein.
fault-above-zero-or-absent = Muss über 0 liegen und höchstens { $to } sein, oder leer bleiben.
fault-below-spam = Muss zwischen 0 und unter der Spam-Schwelle liegen.
fault-least-or-absent = Muss mindestens { $from } sein oder leer bleiben.
fault-range-or-absent = Muss von { $from } bis { $to } sein oder leer bleiben.
fault-range = Muss von { $from } bis { $to } sein.
fault-look-first = Sehen Sie zuerst an, was es mit den letzten Kommentaren dieser Website gemacht hätte: auf der Seite des Modells, mit POST an { $path } oder mit `hamlet site abuse-trial`.
fault-rule-empty = Davon ist nichts zu sehen.
fault-rule-domain = Das ist keine Domain wie example.org.
fault-rule-network = Das ist weder eine Adresse noch ein Netz wie { $example }.
fault-rule-over = Diese Zeit ist vorbei.
fault-form-token = Diese Website verlangt einen Formularschlüssel mit Arbeitsnachweis.
fault-form-old = Das Formular war zu lange geöffnet; laden Sie es neu.
fault-work = Das ist nicht der verlangte Arbeitsnachweis.
fault-work-used = Dieser Arbeitsnachweis wurde schon benutzt; laden Sie das Formular neu.
fault-no-parent = Diesen Kommentar gibt es auf dieser Seite nicht.
fault-too-many = Von hier kamen zu viele Kommentare; versuchen Sie es später noch einmal.
fault-no-files = Dateien werden nicht angenommen.
fault-utf8 = Das ist kein UTF-8: Prüfen Sie, ob es so dasteht, wie Sie es geschrieben haben.
fault-twice = Das Feld ist doppelt vorhanden.
fault-invalid = Etwas von dem Gesendeten stimmt nicht.
fault-stale-form = Das Formular ist veraltet. Laden Sie die Seite neu und versuchen Sie es noch einmal.
fault-operators-page = Nur Betreiber dürfen diese Seite sehen.
fault-last-operator = Das ist der letzte Betreiber: Niemand sonst könnte alles verwalten.
fault-other-site = Dieses Formular wurde von einer anderen Website gesendet.
fault-unavailable = Der Dienst kann das im Augenblick nicht. Nichts wurde gespeichert; versuchen Sie es noch einmal.
fault-busy = Es laufen zu viele Suchen, oder diese hat zu lange gedauert. Versuchen Sie es gleich noch einmal oder suchen Sie enger.
fault-changed = Jemand hat den Kommentar inzwischen geändert. Sehen Sie noch einmal hin.
fault-unsure = Im Formular fehlt die Bestätigung, dass Sie sicher sind.
fault-method = Diese Adresse nimmt andere Methoden an: siehe Allow.
fault-too-large = Höchstens { $limit } Bytes sind erlaubt.
fault-no-record = Darin ist kein Datensatz.
fault-no-label = ohne Markierung: { $against } oder { $clean }
fault-no-text = ohne Text
fault-unknown-site = nennt eine Website, die es nicht gibt
fault-mail-late = der Mailserver hat nicht rechtzeitig geantwortet
fault-mail-answered = der Mailserver hat { $code } geantwortet
fault-mail-hung-up = der Mailserver hat aufgelegt, oder seine Antwort ist unverständlich
fault-mail-tls = TLS mit dem Mailserver ist fehlgeschlagen: { $why }
fault-mail-unable = der Mailserver kann nicht, was nötig ist: { $why }
fault-mail-unreachable = der Mailserver ist nicht erreichbar: { $why }
fault-gate-few-labels = Es gibt { $ham } Markierungen „{ $clean }“ und { $spam } „{ $against }“; zum Trainieren sind je mindestens { $needed } nötig.
fault-gate-one-sided = Die Markierungen sind einseitig: Nur { $fewer } von { $all } sind „{ $name }“. Ein damit trainiertes Modell wüsste kaum, was „{ $again }“ ist.
fault-gate-same-text = Die Markierungen „{ $name }“ betreffen alle fast denselben Text, der zum Messen zurückgelegt ist: Markieren Sie mehr verschiedene.
fault-gate-few-samples = Zum Messen wurden nur { $ham } Beispiele „{ $clean }“ und { $spam } „{ $against }“ zurückgelegt; mit weniger als je { $few } lässt sich nichts sagen.
fault-gate-catches-less = Es erkennt weniger „{ $against }“ als das jetzige Modell: { $new } % statt { $old } %.
fault-gate-blocks-more = Es blockiert zu Unrecht mehr als das jetzige Modell: { $new } % von „{ $clean }“ statt { $old } %.
fault-gate-calibration = Seinen Wahrscheinlichkeiten ist nicht zu trauen: Sie liegen im Mittel um { $error } daneben, höchstens { $limit } ist zulässig.
fault-gate-poor = Es unterscheidet „{ $against }“ kaum von „{ $clean }“ der Website (Fläche unter der Kurve { $auc }): Die Markierungen widersprechen einander.
fault-gate-swapped = Die Markierungen sagen das Gegenteil dessen, was das mitgelieferte Modell in den Texten liest (Fläche unter der Kurve { $auc }): Wurden „{ $against }“ und „{ $clean }“ vertauscht?
fault-gate-source = { $contradicted } von { $labels } Markierungen von „{ $name }“ sind das Gegenteil dessen, was alle anderen lehren: Sehen Sie sich diese Quelle an.
fault-class-ham = echt
fault-class-spam = Spam
fault-class-clean = nicht beleidigend
fault-class-abuse = beleidigend
fault-rule-broad = { $summary } Fast alles fällt darunter.
fault-rule-broad-line = { $summary } Fast alles fällt darunter.
fault-rule-trial = Sie hätte { $hits } der letzten { $all } Kommentare getroffen, davon { $approved } freigegebene.
fault-number = Das ist keine Zahl, die hier passt.
fault-choose-file = Wählen Sie zuerst eine Datei.
fault-standing-broken = Das eingesetzte Modell ist nicht verwendbar ({ $why }); verwendet wird das mitgelieferte.
fault-standing-shipped = Das mitgelieferte Modell, wie es ist: { $ham } Markierungen „{ $clean }“ und { $spam } „{ $against }“; je { $minimum } sind nötig, bevor sie zählen.
fault-standing-taught = Das mitgelieferte Modell und was es aus { $ham } Markierungen „{ $clean }“ und { $spam } „{ $against }“ gelernt hat.
fault-standing-own = Das eigene Modell der Website und was es aus { $ham } Markierungen „{ $clean }“ und { $spam } „{ $against }“ gelernt hat, mit denen es nicht trainiert wurde.
fault-operators-only = Das dürfen nur Betreiber.
fault-none-given = keine angegeben
fault-unreadable = nicht lesbar
fault-body-broken = Die Übertragung ist abgebrochen.
fault-body-compressed = Komprimierte Anfragen werden nicht angenommen.
fault-body-late = Die Anfrage ist nicht binnen { $seconds } Sekunden angekommen.
fault-media-type = Senden Sie JSON, application/x-www-form-urlencoded oder multipart/form-data.
fault-multipart = Die mehrteilige Anfrage ist nicht lesbar.
fault-multipart-parts = Die mehrteilige Anfrage hat zu viele Teile.
fault-form-type = Senden Sie das Formular als application/x-www-form-urlencoded.
fault-form-fields = Das Formular hat zu viele Felder.
fault-form-broken = Das Formular ist abgebrochen oder nicht lesbar.
fault-form-behind = Hinter der Datei kommt noch etwas.
fault-field-utf8 = Ein Feld ist nicht in UTF-8.
fault-field-long = Ein Feld ist zu lang.
fault-form-nothing = Das Formular sagt nicht, was zu tun ist.
fault-form-unsaid = Das Formular sagt nicht, was gemeint ist.
fault-form-block = Das Formular nennt nichts, was zu sperren wäre.
fault-form-reason = Das Formular nennt keinen Grund.
fault-form-decision = Das Formular nennt keine Entscheidung.
fault-form-page-size = Das Formular nennt keine Seitengröße.
fault-form-comment = Das Formular nennt etwas, das kein Kommentar ist.
fault-form-list = Das Formular sagt nicht, um welche Liste es geht.
fault-at-once = Auf einmal kann über höchstens { $most } Kommentare entschieden werden.
fault-listeners = Es hören schon zu viele zu. Kommen Sie später wieder.
fault-parameter-twice = Der Parameter kommt zweimal vor.
fault-parameter-required = Dieser Parameter fehlt.
fault-parameter-value = Diesen Wert kann dieser Parameter nicht haben.
fault-true-false = Möglich sind nur true und false.
fault-question = Diese Frage gibt es nicht: möglich sind `spam` und `abuse`.
fault-what-parameter = Parameter
fault-what-field = Feld
fault-cursor = Diese Marke gehört nicht zu dieser Liste.
fault-comment-id = Das ist nicht die Kennung eines Kommentars.
fault-in-the-meantime = Es wurde inzwischen geändert; so steht es jetzt.
fault-service-failed = Der Dienst hat versagt. Es ist vermerkt.
fault-rule-star = `*` steht nur für einen ganzen Namen, wie in *@example.org; für eine Domain und alle darunter nehmen Sie eine Regel für die Domain.
fault-rule-letters = Schreiben Sie hier einfache Buchstaben; dieses Zeichen würde als solche gelesen.
fault-rule-many = Eine Liste hat höchstens { $most } Regeln; diese hat { $count }.
fault-look-others = { $who } hat sich Schwellen von { $from } bis { $to } angesehen: Sehen Sie sich zuerst diese an.
fault-not-trained = Aus diesem Training ging kein Modell hervor, das sich messen ließe.
fault-nothing-held-out = Keine Markierung der Website ist mehr zurückgehalten: Es gibt nichts, woran sich messen ließe.
fault-nul-in = hat ein NUL-Zeichen im Feld { $field }
fault-mail-unwritten = sie konnte nicht geschrieben werden: siehe Protokoll
fault-mail-folder = in den Ordner für Mails kann nicht geschrieben werden: { $why }
fault-mail-slow = der Mailserver hat zu lange gebraucht
fault-hook-address = es muss eine Adresse mit http oder https sein, höchstens { $most } Byte lang, ohne Benutzernamen und Passwort
fault-hook-private = sie liegt in einem nicht öffentlichen Netz: siehe webhooks.allow_networks
fault-hook-refused = die Adresse wird abgelehnt: { $why }
fault-hook-connection = die Verbindung kam nicht zustande: { $why }
fault-hook-exchange = der Austausch ist gescheitert: { $why }
fault-hook-request = die Anfrage lässt sich nicht zusammenstellen
fault-hook-late = es hat zu lange gedauert
fault-hook-host = der Name des Rechners wurde nicht gefunden
fault-hook-host-private = der Name des Rechners führt in ein nicht öffentliches Netz

## Was in einer importierten Datei gefunden wurde. Wie oben.

fault-at-line = Zeile { $line }: { $why }
fault-at-comment = Kommentar { $place }: { $why }
fault-at-post = Beitrag { $place }: { $why }
fault-at-byte = Byte { $place }: { $why }
fault-at-file = die Datei: { $why }
fault-at-database = die Datenbank: { $why }
fault-said-of = { $place }: { $why }
fault-import-no-text = kein Text
fault-import-fields = kein Text: wurde mit --fields und allen Feldern aufgelistet?
fault-import-large = zu groß
fault-import-larger = größer, als gelesen wird
fault-import-longer = länger als { $most } Byte
fault-import-row = { $problem }; keine Zeile darf länger als { $most } Byte sein
fault-import-unread = nicht lesbar
fault-import-pingback = ein Pingback oder Trackback
fault-import-not-comment = kein Kommentar
fault-import-backup-line = die Zeile über die Sicherung selbst
fault-import-deleted = gelöscht, samt Text
fault-import-names = zu viel, um auf die Namen zu warten
fault-import-thread-list = ein Thread ohne Liste von Kommentaren
fault-import-website = eine Website, die keine ist
fault-import-email = eine E-Mail-Adresse, die keine ist
fault-import-cut = ein zu langer Text: seine Mitte ist ausgelassen
fault-import-page = eine unbekannte Seite
fault-import-label = eine unverständliche Markierung
fault-import-status = ein unverständlicher Status
fault-import-no-date = kein Datum
fault-import-date = ein unverständliches Datum
fault-import-early = ein Datum vor 1970
fault-import-future = ein Datum in der Zukunft
fault-import-local = ein Datum nur in Ortszeit
fault-import-answers-hidden = er antwortet auf einen nicht öffentlichen Kommentar
fault-import-page-unknown = seine Seite ist nicht bekannt
fault-import-marked-hidden = er ist als nicht öffentlich gekennzeichnet
fault-import-marked-deleted = er ist als gelöscht gekennzeichnet
fault-import-page-hidden = seine Seite ist als nicht öffentlich gekennzeichnet
fault-import-page-deleted = seine Seite ist als gelöscht gekennzeichnet
fault-import-thread-deleted = sein Thread wurde gelöscht
fault-import-thread-hidden = sein Thread ist als nicht öffentlich gekennzeichnet
fault-import-post-password = sein Beitrag hat ein Passwort
fault-import-post-unknown = der Status seines Beitrags ist hier nicht bekannt
fault-import-attached = woran er hängt, ist nicht öffentlich
fault-import-post-private = sein Beitrag ist privat
fault-import-post-draft = sein Beitrag ist ein Entwurf
fault-import-post-pending = sein Beitrag wartet auf Prüfung
fault-import-post-future = sein Beitrag soll erst später erscheinen
fault-import-post-trash = sein Beitrag wurde weggeworfen
fault-import-no-spam = unter den Markierungen ist kein Spam
fault-import-no-spam-wordpress = unter den Markierungen ist kein Spam: WordPress lässt ihn in seinem Export aus; importieren Sie auch `wp comment list --status=spam --format=json`
fault-import-no-ham = unter den Markierungen ist nichts Echtes
fault-import-nothing = kein Kommentar ist darin
fault-import-no-list = keine Liste von Kommentaren; liegt dort eine andere Seite?
fault-import-reader = das Lesen der Datei ist unerwartet gescheitert
fault-import-unpacked = ausgepackt sind es mehr als { $most } MiB: importieren Sie es mit `hamlet import`
fault-import-bomb = ausgepackt ist es mehr, als Kommentare je wären: ist es eine Dekompressionsbombe?
fault-import-piece = ein Stück davon ist größer, als gelesen wird
fault-import-zip = es ist ein ZIP-Archiv: packen Sie es aus und importieren Sie jede Datei darin
fault-import-zip-empty = es ist ein leeres ZIP-Archiv
fault-import-7-zip = es ist ein 7-Zip-Archiv: packen Sie es aus und importieren Sie jede Datei darin
fault-import-rar = es ist ein RAR-Archiv: packen Sie es aus und importieren Sie jede Datei darin
fault-import-tar = es ist ein TAR-Archiv: packen Sie es aus und importieren Sie jede Datei darin
fault-import-packed = es ist mit { $how } gepackt: packen Sie es erst aus ({ $command })
fault-import-packed-twice = es ist zweimal gepackt: packen Sie es einmal aus (gunzip)
fault-import-sqlite = es ist eine SQLite-Datenbank: nur --format isso liest eine
fault-import-pdf = es ist ein PDF
fault-import-office = es ist ein altes Excel- oder Word-Dokument: speichern Sie es als CSV (UTF-8)
fault-import-postgresql = es ist der Abzug einer PostgreSQL-Datenbank: stellen Sie sie wieder her und exportieren Sie die Kommentare von dort
fault-import-sql = es ist der Abzug einer Datenbank (SQL): exportieren Sie die Kommentare mit dem System, von dem sie sind
fault-import-parquet = es ist eine Parquet-Datei: wandeln Sie sie in JSON-Zeilen um
fault-import-feed-blogger = es ist ein Feed und kein Export von Blogger: kein Eintrag sagt, was er ist
fault-import-feed-wordpress = es ist ein Feed und kein Export von WordPress: es hat kein Element von wp:
fault-import-encoding = die Datei ist nicht in UTF-8 und wurde als { $name } gelesen; wo Buchstaben falsch sind, sagen Sie mit --encoding, was sie ist, oder wandeln Sie sie um: iconv -f { $from } -t utf-8
fault-import-encoding-unknown = die Datei sagt, sie sei in { $label }, was hier nicht bekannt ist, und wurde als UTF-8 gelesen; wandeln Sie sie um: iconv -f { $from } -t utf-8
fault-import-byte = 1 Byte war kein Text und ist jetzt { $mark }
fault-import-bytes = { $many } Byte waren kein Text und sind jetzt { $mark }; wo ganze Wörter so aussehen, sagen Sie mit --encoding, was die Datei ist
fault-import-isso-database = von Isso kommt eine Datenbank, kein Datenstrom
fault-import-isso = nicht von Isso: { $why }
fault-import-not-json = kein JSON: { $why }
fault-import-not-xml = kein XML: { $why }
fault-import-deep = Elemente sind mehr als { $most } tief verschachtelt
fault-import-rtf = es ist ein Dokument einer Textverarbeitung (RTF): speichern Sie es als reinen Text
fault-import-utf-32 = es ist in UTF-32, das nicht gelesen wird: wandeln Sie es um: iconv -f utf-32 -t utf-8
fault-import-yaml = es ist YAML, das nicht gelesen wird: wandeln Sie es in JSON-Zeilen um
fault-import-movable-type = es ist ein Export von Movable Type: versuchen Sie --format movable-type
fault-import-no-zone = die Datei nennt keine Zeitzone: ihre Zeiten wurden als Weltzeit (UTC) gelesen
fault-import-passed-over = „{ $name }“ steht in einem Objekt von mehr als { $most } MiB und wurde übergangen
fault-import-day-first = Daten wie { $date } haben den Tag vor dem Monat, wie andere in der Datei zeigen
fault-import-month-first = Daten wie { $date } haben den Monat vor dem Tag, wie andere in der Datei zeigen
fault-import-later = er soll erst später erscheinen
fault-import-ended = er sollte nur eine Zeit lang zu sehen sein
fault-import-author-id = ein Autor, der nur eine Kennung ist
fault-import-by-name = die Datei nennt Seiten mit ihrem BASENAME und nicht mit ihrer Adresse: verschieben Sie ihre Kommentare mit `hamlet site move-page`
fault-import-quote = ein Anführungszeichen ist nicht geschlossen
fault-import-header = noch einmal die Kopfzeile
fault-import-nested = zu tief verschachtelt
fault-import-system = kein Kommentar, sondern ein Fehler des Systems, von dem er geholt wurde: { $code }: { $message }
fault-import-not-closed = es endet zu früh: <{ $name }> ist nicht geschlossen
fault-import-neither = weder ein Objekt noch eine Liste davon: { $start }
fault-import-ends-early = die Datei endet zu früh
fault-import-ends-quotation = die Datei endet zu früh: ein Anführungszeichen ist nicht geschlossen
fault-import-ends-values = die Datei endet zu früh: { $has } Werte, die Kopfzeile hat { $wants }
fault-import-values = { $has } Werte, die Kopfzeile hat { $wants }: fehlt ein Anführungszeichen?
fault-import-open = es ist nicht geschlossen
fault-import-ends-inside = es endet zu früh, noch in dem, worin die Liste steht
fault-import-ends-list = es endet zu früh, mitten in der Liste
fault-import-before-xml = was vor dem XML steht, wurde übergangen: { $line }
fault-import-column = die Kopfzeile nennt keine Spalte „{ $name }“
fault-import-column-text = die Kopfzeile nennt keine Spalte „text“; sie nennt { $names }
fault-import-no-header = es gibt keine Kopfzeile: schreiben Sie die Namen der Spalten in eine Zeile davor (id, page, name, text, …)
fault-import-neither-label = die Markierung { $label } ist weder spam noch ham
fault-import-neither-question = die Frage { $question } ist weder spam noch abuse
fault-import-reading = das Lesen ist gescheitert: { $why }
fault-import-is-it = kein Kommentar ist darin: ist es { $wanted }? { $hint }
fault-wanted-wxr = ein Export von WordPress (WXR)
fault-wanted-disqus = ein Export von Disqus
fault-wanted-blogger = ein Export von Blogger
fault-wanted-movable-type = ein Export von Movable Type
fault-wanted-table = eine Tabelle mit Kopfzeile
fault-hint-empty = Es ist leer.
fault-hint-json = Es ist JSON: versuchen Sie --format jsonl oder das des Systems, aus dem es kommt.
fault-hint-table = Es beginnt mit „{ $start }“: wenn es eine Tabelle ist, versuchen Sie --format csv.
fault-hint-start = Es beginnt mit „{ $start }“.
fault-hint-element = Sein erstes Element ist <{ $name }>.
fault-hint-wxr = Sein erstes Element ist <{ $name }>: versuchen Sie --format wxr.
fault-hint-disqus = Sein erstes Element ist <{ $name }>: versuchen Sie --format disqus.
fault-hint-disqus-old = Sein erstes Element ist <{ $name }>, wie in Exporten von Disqus vor 2011: exportieren Sie neu oder wandeln Sie es in JSON-Zeilen um.
fault-hint-page = Sein erstes Element ist <{ $name }>, also eine Seite und kein Export: gab es beim Abholen einen Fehler?
fault-hint-blogml = Sein erstes Element ist <{ $name }>: das ist BlogML, das nicht gelesen wird.
fault-hint-intensedebate = Sein erstes Element ist <{ $name }>, wie in Exporten von IntenseDebate, die nicht gelesen werden.
fault-hint-feed = Sein erstes Element ist <{ $name }>, also ein Feed: wenn es ein Export von Blogger ist, versuchen Sie --format blogger.

## Der Bericht über die Auswertung eines Modells, eine Seite zum Aufheben

report-title = { $model }: Auswertung
report-how-good = Wie gut ist { $model }?
report-measured-on = Gemessen an { $ham } echten und { $spam } Spam-Texten aus: { $files }.
report-labels-of = die Markierungen von „{ $site }“, an denen kein Modell trainiert ist, wie sie am { $day } waren
report-called-spam = Spam genannt
report-called-ham = echt genannt
report-spam = Spam
report-ham = echt
report-figure = Kennzahl
report-value = Wert
report-what-it-is = was sie ist
report-accuracy = Genauigkeit
report-accuracy-text = Anteil der Texte, die richtig benannt werden, bei Wahrscheinlichkeit ein halb
report-mcc = MCC
report-mcc-text = Korrelation nach Matthews bei ein halb: 0 für Raten, 1 für fehlerlos
report-auc = AUC
report-auc-text = Wahrscheinlichkeit, dass Spam höher bewertet wird als Echtes
report-average-precision = mittlere Präzision
report-average-precision-text = Fläche unter Präzision und Trefferquote
report-log-loss = Strafe für falsche Bewertungen
report-log-loss-text = mittlere Überraschung je Text, in Nat
report-calibration-error = wie weit Bewertungen danebenliegen
report-calibration-error-text = mittlerer Abstand der Wahrscheinlichkeit von der Wahrheit, 15 Klassen
report-thresholds = Was eine Schwelle kostet
report-thresholds-text = Die niedrigste Schwelle, die nicht mehr Echtes fälschlich blockiert als erlaubt, und was sie erkennt.
report-budget = erlaubter Anteil blockierten Echten
report-threshold = Schwelle
report-ham-blocked = Echtes blockiert
report-spam-caught = Spam erkannt
report-parts = Nach Sprache und Art
report-parts-text = Blockiert: ab 0,95; zurückgehalten: ab 0,2. In Klammern und nach ± das Intervall von 95 %: Bei wenigen Texten ist es weit.
report-ham-held = Echtes zurückgehalten oder blockiert
report-spam-blocked = Spam blockiert
report-spam-held = Spam zurückgehalten oder blockiert
report-language = Sprache
report-kind = Art
report-curves = Kurven
report-tells = Was zählt
report-tells-text = Merkmale nach dem Gewicht, das sie beitrugen, summiert über die gemessenen Texte.
report-texts = Texte
report-mean-weight = mittleres Gewicht
report-towards-spam = für Spam
report-towards-ham = für Echtes
report-most-wrong = Am falschesten
report-ham-highest = Echtes mit der höchsten Bewertung
report-spam-lowest = Spam mit der niedrigsten Bewertung
report-score = Bewertung
report-text = Text
report-named = Wer genannt wird
report-named-text = Texte, die eine Gruppe von Menschen nennen, wenn einer von hundert harmlosen Texten beanstandet wird. BPSN: die Wahrscheinlichkeit, dass Beleidigendes ohne das Wort höher bewertet wird als Harmloses mit ihm; niedrig, wo das Wort selbst den Menschen angelastet wird. BNSP: dass Beleidigendes mit dem Wort höher bewertet wird als Harmloses ohne es (Borkan u. a., 2019).
report-term = Wort
report-harmless = harmlos
report-abuse = beleidigend
report-harmless-flagged = Harmloses beanstandet
report-auc-among = AUC unter ihnen
report-bpsn = BPSN-AUC
report-bnsp = BNSP-AUC
report-axis-ham-blocked = Anteil blockierten Echten
report-axis-spam-caught = Anteil erkannten Spams
report-axis-spam-blocked = Anteil des Spams am Blockierten
report-axis-probability = vorhergesagte Wahrscheinlichkeit
report-axis-spam = Anteil des Spams
report-axis-class = Anteil der Klasse
report-axis-labels = gelernte Markierungen dieser Texte
report-axis-auc = AUC an den übrigen
report-plot-caught = Erkannter Spam gegen blockiertes Echtes über alle Schwellen; grau ist Raten.
report-plot-precision = Präzision und Trefferquote über alle Schwellen.
report-plot-calibration = Wie viele der Texte mit einer Wahrscheinlichkeit Spam waren; grau ist fehlerlos.
report-plot-scores = Bewertungen von Echtem (grün) und von Spam (rot).
report-plot-learning = Das Modell, mit einigen dieser Texte belehrt, gemessen an der zurückgehaltenen Hälfte.

## The demo's page

demo-about = Über diese Demo
demo-what = <strong>Eine Demo von Hamlet.</strong> Schreiben Sie unten einen Kommentar: Er wird zurückgehalten, bis ein Moderator ihn freigibt. Seien Sie der Moderator in der <a href="/desk" target="_blank">Moderation</a> (sie öffnet sich neben dieser Seite) und kommen Sie zurück: Was Sie freigegeben haben, steht hier.

## The widget on sites' pages. Its script names a sentence without the beginning, and the first letter after a hyphen large.

widget-edited = bearbeitet
widget-comments = Kommentare
widget-none = Noch keine Kommentare. Ihrer könnte der erste sein.
widget-write = Kommentar schreiben
widget-name = Name
widget-email = E-Mail
widget-private = Ihre E-Mail-Adresse wird nicht veröffentlicht.
widget-website = Website
widget-optional = freiwillig
widget-text = Kommentar
widget-notify = Bei Antworten eine E-Mail schicken
widget-send = Absenden
widget-sending = Wird gesendet…
widget-working = Es wird geprüft, dass Sie keine Maschine sind…
widget-reply = Antworten
widget-reply-to = Antworten an { $name }
widget-cancel = Abbrechen
widget-held = Danke. Ihr Kommentar wartet auf Prüfung.
widget-published = Danke. Ihr Kommentar ist veröffentlicht.
widget-more = Weitere Kommentare
widget-failed = Die Kommentare konnten nicht geladen werden.
widget-stranger = Der Dienst kennt die Adresse dieser Seite noch nicht: { $name }. Wer die Website betreibt, kann sie in der Moderation zu deren Adressen hinzufügen.
widget-again = Erneut versuchen
widget-add-origin = In der Moderation hinzufügen
widget-required = Bitte ausfüllen.
widget-bad-email = Das ist keine E-Mail-Adresse.
widget-bad-website = Das ist keine Webadresse.
widget-too-long = Das ist zu lang.
widget-invalid = Einige Angaben stimmen noch nicht.
widget-too-many = Von hier kamen zu viele Kommentare. Bitte später noch einmal.
widget-not-sent = Ihr Kommentar wurde nicht gesendet. Der Text bleibt hier; bitte noch einmal versuchen.
fault-answered = es antwortete { $code }
fault-owner-command-line = Kommandozeile
fault-owner-unknown = unbekannter Inhaber
