### English: what the service says to people, by name.
### Arguments are written { $name }. A number may choose between forms: https://projectfluent.org/fluent/guide/selectors.html

## Why the policy decided as it did

because-not-judged = The model could not judge it, so it is held
because-score = Its score { $score } is at or above the site's { $threshold }
because-trusted = Its author had { $approved } comments approved here, and its score is low
because-not-this = Its author is trusted, but not this comment
because-person-decides = A person decides about every comment below the spam threshold
because-few-labels = Only what was marked on this site points to spam, and too few comments were approved here yet to rest on that alone: a person decides
because-few-approved =
    { $needed ->
        [1] Its author has no approved comment here yet
       *[other] Its author has fewer than { $needed } approved comments here
    }
because-abuse = It seems abusive: { $score } is at or above the site's { $threshold }, so a person decides
because-imported = It was imported from another system

## What the checks found

reason-honeypot = A field that people do not see was filled in
reason-not-opened = It was sent without opening the form
reason-forged = Its form token was not made here
reason-too-soon = The form was sent { $seconds } seconds after it was opened
reason-too-late = The form was sent { $hours } hours after it was opened
reason-reused = { $count } comments came from one form that was opened once
# 10 stands for 10 or more.
reason-repeated =
    { $times ->
        [1] The same text was posted once before
        [10] The same text was posted 10 times or more before
       *[other] The same text was posted { $times } times before
    }
reason-network = { $count } comments came from this network within { $minutes } minutes
reason-email = { $count } comments came from this email address within { $minutes } minutes
reason-blocked-word = It has a blocked word: { $word }
reason-blocked-domain = It has a blocked domain: { $domain }
reason-blocked-email = It has a blocked email address
reason-blocked-network = It has a blocked network
# 30 stands for 30 or more.
reason-copies =
    { $count ->
        [one] A near copy of another comment in the last { $days } days
        [30] A near copy of 30 others or more in the last { $days } days
       *[other] A near copy of { $count } others in the last { $days } days
    }{ $spam ->
        [0] { "" }
       *[other] , { $spam } of them spam
    }
reason-language = Hamlet does not know its language yet ({ $code }): a person decides
reason-links = It has { $count } links; the site allows { $allowed }

## What the model read; it follows "because the comment" in a list

sign-looks = how it is written: its length, capitals, links and symbols
sign-looks-links = { $links } links in { $words ->
    [one] one word
   *[other] { $words } words
}
sign-looks-capitals = { $percent } % of its letters are capitals
sign-looks-short = it is shorter than three words
sign-name = the name '{ $quoted }'
sign-email-domain = an email address at { $quoted }
sign-website = the website { $quoted }
sign-passage = a passage that by itself reads like spam
sign-link = links to { $quoted }
sign-email = gives an email address
sign-mention = addresses '{ $quoted }'
sign-hashtag = is tagged '{ $quoted }'
sign-number = has the number '{ $quoted }'
sign-symbol = has '{ $quoted }'
sign-spelled = spells out '{ $quoted }'
sign-word = says '{ $quoted }'
sign-order = how its words, numbers and symbols follow each other
sign-links =
    { $links ->
        [0] no link
        [1] a link
       *[other] { $links } links
    } in { $words ->
        [1] one word
       *[other] { $words } words
    }
sign-length =
    { $words ->
        [1] one word
       *[other] { $words } words
    }
sign-symbols = { $percent } % symbols
sign-exclamations = { $count } exclamation marks
sign-digits = { $percent } % digits
sign-disguised =
    { $count ->
        [1] a character that is disguised or hidden
       *[other] { $count } characters that are disguised or hidden
    }
sign-markup =
    { $count ->
        [1] one piece of HTML
       *[other] { $count } pieces of HTML
    }

## Mails to moderators

mail-queue-heading =
    { $count ->
        [1] A comment waits on { $place }
       *[other] { $count } comments wait on { $place }
    }
mail-queue-several-sites = several sites
mail-queue-subject = { $heading }: { $authors }
mail-queue-subject-others = { $heading }: { $authors } and others
mail-queue-by =
    <strong><bdi>{ $author }</bdi></strong> on
    <bdi>{ $page }</bdi>
mail-queue-by-linked =
    <strong><bdi>{ $author }</bdi></strong> on
    <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-queue-by-text = { $author } on { $page } ({ $site }), { $received }
mail-queue-score = Spam filter: <strong>{ $score }</strong>
mail-queue-score-text = Spam filter: { $score }
mail-queue-percent = (spam: { $percent })
mail-queue-why = Why it may be spam:
mail-queue-approve = Approve
mail-queue-spam = Spam
mail-queue-reject = Reject
mail-queue-approve-text = Approve: { $url }
mail-queue-spam-text = Spam:    { $url }
mail-queue-reject-text = Reject:  { $url }
mail-queue-open = Open it on the desk
mail-queue-open-text = Desk:    { $url }
mail-queue-more = And { $count } more.
mail-queue-more-linked = <a href="{ $url }">And { $count } more on the desk</a>.
mail-queue-foot = <a href="{ $desk }">The desk</a> · <a href="{ $preferences }">How often you are mailed</a> · <a href="{ $stop }">Stop these mails</a>
mail-queue-foot-text =
    The desk: { $desk }
    How often you are mailed: { $preferences }
    To stop these mails: { $stop }
mail-queue-links = Each link opens a page that asks once more before anything changes. The links are for you alone and work for 7 days; please do not forward this mail.

mail-test-subject = A test mail of Hamlet at { $service }
mail-test-title = Mail arrives
mail-test = Somebody asked Hamlet at { $service } for a test mail. This is it: mail arrives.
mail-test-look = If it came into the folder for spam, look at docs/mail.md: SPF, DKIM and DMARC say whose mail is real.

## Mails to commenters

mail-confirm-subject = { $site }: do you want to hear of replies?
mail-confirm-title = Replies on { $site }
mail-confirm-question = Do you want to hear of replies?
mail-confirm-public = You asked to be told of replies to your comments on { $site }. Your comment on <bdi>{ $page }</bdi> is now public.
mail-confirm-public-text = You asked to be told of replies to your comments on { $site }. Your comment on this page is now public:
mail-confirm-yes = Yes, tell me of replies
mail-confirm-yes-text = If you want to hear of replies, say yes here:
mail-confirm-no = If you did not ask for this, do nothing: you will not be told of any reply. Or <a href="{ $url }">never be asked again</a> on { $site }.
mail-confirm-no-text = If you did not ask for this, do nothing: you will not be told of any reply. To never be asked again on { $site }:
mail-reply-heading =
    { $count ->
        [1] a reply to your comment
       *[other] { $count } replies to your comments
    }
mail-reply-title =
    { $count ->
        [1] A reply to your comment
       *[other] Replies to your comments
    }
mail-reply-by =
    <strong><bdi>{ $author }</bdi></strong> replied on
    <bdi>{ $page }</bdi>
mail-reply-by-linked =
    <strong><bdi>{ $author }</bdi></strong> replied on
    <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-reply-by-text = { $author } replied to your comment on { $page } ({ $site }).
mail-reply-own = You wrote:
mail-reply-reply = The reply:
mail-reply-more = And { $count } more.
mail-reply-stop = You get this mail because you asked to hear of replies on { $site }. <a href="{ $url }">Stop these mails</a>.
mail-reply-stop-text = You get this mail because you asked to hear of replies on { $site }. To stop:

## The comment form

form-title = Leave a comment
form-title-refused = Your comment was not sent yet
form-work-needs-script = This site asks each sender for a proof of work, which needs script.
form-name = Name
form-email = Email
form-email-note = Your email address will not be published.
form-website = Web site <span class="quiet">(if you like)</span>
form-text = Comment
form-honeypot = Leave this empty
form-replies = Mail me about replies
form-send = Send
read-title = Comments
read-none = No comments yet.
read-count = { $count ->
    [one] { $count } comment
   *[other] { $count } comments
}
read-write = Leave a comment
read-reply = Reply to { $name }
read-more = More comments
read-feed = Feed of these comments
thanks-title = Thank you
thanks-published = Your comment is published.
thanks-back = Back to the article
thanks-awaits = Your comment awaits review. It appears once a moderator has approved it.

## The pages that links in mails lead to

link-unknown = This link does not work
link-unknown-text = It may have been cut short on its way. Copy the whole link from the mail.
link-expired = This link is too old
link-expired-text = Links in mail work for 7 days. Nothing was changed.
link-refused = This link no longer works
link-refused-text = The comment is gone, or the account that the link was made for may not decide on it.
link-by =
    <strong><bdi>{ $author }</bdi></strong> on
    <bdi>{ $page }</bdi>
link-by-linked =
    <strong><bdi>{ $author }</bdi></strong> on
    <a href="{ $url }" rel="noreferrer"><bdi>{ $page }</bdi></a>
link-score = Spam filter: { $score }
link-why = Why it may be spam:
link-undo = Undo
link-stale-title = Already decided
link-stale = This comment has changed since the mail was written
link-stale-now = It is now { $status }. This link changed nothing.
link-last-decided = { $who } decided “{ $decision }” on { $when }.
link-last-undone = { $who } took “{ $decision }” back on { $when }.

link-ask-undo = Take the last decision back?
link-ask-approve = Approve this comment?
link-ask-spam = Is this comment spam?
link-ask-reject = Reject this comment?
link-ask-trash = Throw this comment away?
link-ask-hold = Put this comment back in the queue?
link-do-undo = Take it back
link-do-approve = Approve
link-do-spam = Mark as spam
link-do-reject = Reject
link-do-trash = Throw away
link-do-hold = Put back
link-because = Why, if you want to say so
link-done-undo = Taken back.
link-done-approve = Approved: the comment is public.
link-done-spam = Marked as spam.
link-done-reject = Rejected: the comment stays unpublished.
link-done-trash = Thrown away.
link-done-hold = Put back in the queue.

mail-stop = Stop mail about comments that wait?
mail-stop-text = You will get no more mail about comments that wait, on any site. On the desk, under your name, you can choose how often you are mailed instead.
mail-stop-button = Stop these mails
mail-stopped = Stopped
mail-stopped-text = You will get no more mail about comments that wait. On the desk, under your name, you can have it again.
replies-ask = Hear of replies on { $site }?
replies-ask-text = When someone replies to a comment of yours, you get a mail. Each has a link that stops them.
replies-yes = Yes, tell me of replies
replies-stop = Stop mails about replies on { $site }?
replies-stop-text = You will get no more mail from this site, and will not be asked again.
replies-stop-button = Stop these mails
replies-confirmed = You will hear of replies
replies-confirmed-text = You will get a mail when someone replies to a comment of yours.
replies-stopped = Stopped
replies-stopped-text = You will get no more mail about replies from this site.

## Signing in and out

sign-in = Sign in
sign-in-email = Email
sign-in-password = Password
sign-in-forgot =
    Forgot your password? Ask an operator for a one-time link. An operator makes one on the
    machine itself with <code>hamlet moderator link</code>.
sign-in-nobody = Nobody has an account yet. Open the link that Hamlet printed where it was started: it works once, within a day. Started again, Hamlet prints a new one.
sign-in-wrong = The address or the password is not right.
sign-in-too-many = Too many tries. Wait a quarter of an hour, then try again.
sign-in-link-nobody = Welcome. Who are you?
sign-in-link-nobody-text = This link works once. From then on you sign in with your address and password.
sign-in-link-first = Welcome, { $name }
sign-in-link-choose = Choose a password.
sign-in-link-known = This link works once; from then on you sign in with your address, { $email }, and the password.
sign-in-link-again = Sign in as { $name }
sign-in-link-again-text = This link works once. Choose a new password here if you forgot the old one.
sign-in-link-errors = Some of it is not right yet; see below.
sign-in-link-name = Name
sign-in-link-name-note = Other moderators see it beside what you decide.
sign-in-link-email-note = To sign in by, and to hear of comments that wait. It is kept encrypted.
sign-in-link-new-password = New password <span class="quiet">or leave it empty to keep yours</span>
sign-in-link-password-note = At least { $min } characters. A few words you remember do well.
sign-in-link-gone = This link is no good any more
sign-in-link-gone-text = A link to sign in works once, for 24 hours, and a newer one takes the place of an older one.
sign-in-link-gone-else = <a href="/sign-in">Sign in with your password</a>, or ask an operator for a new link.
sign-out = Sign out
sign-out-ask = Sign out?
sign-out-back = Back to the desk
sign-out-done = You are signed out
refused-title = That did not work
refused-back = To the desk

## The desk: what every page has around it

desk = Desk
desk-mail-to-files = Mail is written to files in <code>{ $folder }</code>: nobody gets it.
desk-mail-try = Set it up and try it
desk-unknown-proxy = Requests come through a proxy that the service does not know, so that all senders count as one: rates are counted for the proxy, and blocking a network blocks everybody. Set <code>server.trusted_proxies</code> to the proxy's address.
desk-skip = Skip to the comments
desk-main = Main
desk-queue = Queue
desk-go = Go to
desk-blocks = Blocked
desk-batches = Decided together
desk-model = Model
desk-settings = Settings
desk-privacy = Privacy
desk-activity = Activity
desk-statistics = Statistics
desk-keys = Keys
desk-undo = Undo
key-next = next, previous comment
key-approve = approve
key-spam = spam
key-reject = reject: genuine but unwanted, teaches nothing about spam
key-why = rejects and says why: abuse teaches what abuse is on this site
key-trash = trash
key-hold = back to the queue
key-undo = take back what you decided last, on any page
key-select = select; <kbd>Shift</kbd> <kbd>x</kbd> selects all shown
key-shift = <kbd>Shift</kbd> + a key
key-selected = decides about all selected
key-open = opens the comment
key-thread = shows the comment in its thread
key-search = search
key-block = block the author, a domain, the network or a phrase
key-answer = answer the comment
key-palette = go to anything, do anything
key-help = this help
keys-on = Use these keys
keys-close = Close

## The desk: the queue

queue-only-comments-by-one-author = Only comments by one author.
queue-change-the-filter-above = Change the filter above.
queue-new-comments-appear-here-as = Comments that a person should look at appear here. Those that are almost certainly spam are under Spam, and can be taken out of it.
queue-meanwhile = With <kbd>j</kbd> and <kbd>k</kbd> you go through a list, with <kbd>a</kbd> you approve, with <kbd>s</kbd> you call it spam, and <kbd>z</kbd> takes back what you did last.
queue-no-comment-has-this-status = No comment has this status.
queue-comments = Comments
queue-nothing-to-show = Nothing to show
queue-nothing-matches = Nothing matches
queue-nothing-waits-for-you = Nothing waits for you
queue-nothing-here = Nothing here
queue-more-filters = More filters
queue-every-site = every site
queue-any = any
queue-with-a-link = with a link
queue-without = without
queue-apply = Apply
queue-approve = Approve
queue-spam = Spam
queue-reject = Reject
queue-trash = Trash
queue-why = Why, when rejecting:
queue-why-unsaid = no reason
queue-back-to-the-queue = Back to the queue
queue-search = Search
queue-site = Site
queue-score = Score
queue-order = Order
queue-page = Page
queue-reason = Reason
queue-links = Links
queue-from = From
queue-to = To
queue-selected-comments = Selected comments:
queue-clear = Clear
queue-read-on = Read on
queue-first-page = First page
queue-next-page = Next page
queue-page-size = Comments a page
queue-comments-by-status = Comments by status
queue-text-name-or-website = Words, name, website or email address
queue-path-or-address = /path or address
queue-pages = Pages

queue-decide = Decide
queue-roomy = more room
queue-answers = Answers
queue-a-reply = A reply
# Below a comment in a list that others are folded into: they are decided about with it.
queue-copies =
    { $count ->
        [one] With { $number } near copy
       *[other] With { $number } near copies
    } { $pages ->
        [one] on one page
       *[other] on { $pages } pages
    }{ $sites ->
        [one] { "" }
       *[other] { " " }of { $sites } sites
    }
queue-show-copies = Show them
queue-only-copies = Only near copies of one comment.
queue-only-decided = This order lists only what somebody decided about.
imports-title = Imports and moved pages
imports-imports = Imports so far
imports-how = Larger files, and comments straight from a site, are imported on the machine that Hamlet runs on:
imports-none = Nothing was imported yet.
imports-new = { $count ->
    [one] { $number } new comment
   *[other] { $number } new comments
}
imports-not-ended = It did not end, or is under way. Imported again, it goes on.
imports-taken-back = { $count ->
    [0] Taken back whole
    [one] Taken back, but for one comment that somebody had decided about
   *[other] Taken back, but for { $number } comments that somebody had decided about
}
imports-unchanged = { $count ->
    [one] { $number } was here already
   *[other] { $number } were here already
}
imports-ham = { $number } labelled genuine
imports-spam = { $number } labelled spam
imports-unlabelled = { $number } without a label
imports-orphans = { $count ->
    [one] { $number } answers a comment that is not here
   *[other] { $number } answer comments that are not here
}
imports-withheld = { $number } not public: { $why }
imports-skipped = { $number } left out: { $why }
imports-doubts = { $number } not understood in part: { $why }
imports-not-understood = What was not understood, and what to know
imports-take-back = Take it back
imports-what-goes = Delete its comments, and what was learnt from them, but for those that somebody decided about since
imports-take-it-back = Take this import back
imports-say-that-you-are-sure = Say that you are sure.
imports-removed = { $count ->
    [one] { $number } comment is gone again.
   *[other] { $number } comments are gone again.
}
imports-kept = { $count ->
    [one] One stays: somebody decided about it since.
   *[other] { $number } stay: somebody decided about them since.
}
imports-move-a-page = Move a page's comments
imports-move-hint = When an article has another address now, or one thread was parted in two: the comments join those that are there.
imports-from-page = From this page
imports-to-page = To this page
imports-move = Move them
imports-moved = { $count ->
    [0] No comment is on that page.
    [one] { $number } comment was moved.
   *[other] { $number } comments were moved.
}
imports-no-such-site = There is no such site.
imports-from-a-file = Import a file
imports-file-hint = Comments of another system, with what people decided about them. You see first what would come. What was not public there waits here.
imports-what-it-is = What it is
imports-find-out = Find out by itself
imports-at-most = At most { $number } MiB, packed with gzip or not. Larger ones:
imports-same-file = Nothing was kept of it: choose the same file again, and it is imported.
imports-try-it = See what would come
imports-do-it = Import it
imports-would-come = { $count ->
    [0] No comment would come of it.
    [one] { $number } comment would come of it.
   *[other] { $number } comments would come of it; those that are here already stay as they are.
}
imports-too-large = At most { $number } MiB are taken here. Import it on the machine that Hamlet runs on.
imports-choose-a-file = Choose a file first.
imports-no-such-format = There is no such format.
comment-copies = Near copies of it
comment-copies-say =
    { $count ->
        [one] With { $number } near copy
       *[other] With { $number } near copies
    } { $pages ->
        [one] it is on one page
       *[other] it is on { $pages } pages
    }{ $sites ->
        [one] { "" }
       *[other] { " " }of { $sites } sites
    }
comment-copies-elsewhere =
    { $count ->
        [one] One more is on a site that you do not moderate.
       *[other] { $number } more are on sites that you do not moderate.
    }
comment-copies-too =
    { $count ->
        [one] { $verb } the copy that waits too
       *[other] { $verb } the { $number } copies that wait too
    }
queue-site-name = name of the site
queue-sites-like-that = Sites with such a name:
status-pending = Pending
status-approved = Approved
status-spam = Spam
status-rejected = Rejected
status-trash = Trash
status-all = All
order-newest = Newest first
order-oldest = Oldest first
order-uncertain = Most uncertain first
order-spammiest = Spammiest first
order-abusive = Most abusive first
order-decided = Last decided first
abuse-abuse = Abuse
abuse-seems = Seems abusive, { $percent } %
abuse-seems-kind = Seems abusive, { $percent } %: { $kind }
abuse-seems-not = Does not seem abusive, { $percent } %
abuse-no-language = Not judged for abuse: the model does not know its language
abuse-likely = likely abusive
abuse-sure = almost surely abusive
abuse-severe = very hateful
abuse-insult = an insult
abuse-threat = a threat
abuse-identity-attack = against what people are
abuse-obscene = obscene
abuse-sexual = sexual
check-honeypot = hidden field filled in
check-timing = form sent too fast or too late
check-duplicate = same text again
check-rate = many from one place
check-blocklist = blocked word or address
check-links = many links
check-language = a language that Hamlet does not know
check-copies = near copies elsewhere
queue-language = Language
comment-language = Language: { $code }
score-none = not judged
score-spam = probably spam
score-uncertain = uncertain
score-genuine = probably genuine
score-sure-spam = almost certainly spam
score-sure-genuine = almost certainly genuine
score-likely = likely to be spam
why-reviewed = This site reviews every comment
age-now = just now
age-minutes = { $number } min ago
age-hours = { $number } h ago
age-days = { $number } d ago

## The desk: first steps

start-title = First steps
start-done = done
start-site = Add your site, with the address of its pages
start-page = Put its two lines on a page, and open that page once
start-comment = Receive a first comment
start-mail = Set mail up, and send yourself a test
start-people = Invite a colleague

## The desk: block rules

blocks-title = Blocked
blocks-what-they-are = Comments that fall under one of these rules are held or called spam, whatever their score. Nothing is thrown away.
blocks-none = Nothing is blocked
blocks-how-to = Open a comment and choose “Block” (key <kbd>b</kbd>) to block its author, a domain, its network or a phrase.
blocks-added = The rule is in force.
blocks-what = What
blocks-where = Where
blocks-does = Then
blocks-until = Until
blocks-by = Made by
blocks-hidden = (only a digest of it is kept)
blocks-remove = Remove
blocks-hits = Hit of late
blocks-hits-of = { $hits } of the last { $all }, { $approved } approved
blocks-hit-last = the last { $when }
blocks-hits-none = none of the last { $all }
blocks-import = Add a list
blocks-import-what = WordPress's disallowed words, a list of domains or addresses, one a line, or a file that was saved here. What a line is, is seen from it.
blocks-import-list = The list, one a line
blocks-import-try = Try it first
blocks-import-do = Add the list
blocks-import-site = For which site
blocks-import-tried = { $new } rules would be added, { $known } are there already. Together they would have hit { $hits } of the last { $all } comments, { $approved } of them approved.
blocks-imported = { $new } rules are added, { $known } were there already.
blocks-import-refused = Not taken:
blocks-import-line = Line { $line }: { $text }
blocks-export = Save the rules as a file
blocks-remove-named = Remove the rule { $what }
block-title = Block
block-what = What is blocked
block-word = the word or phrase
block-phrase = Word or phrase
block-email = the address
block-network = the network
block-domain = the domain
block-trial = Would have hit { $hits } of the last { $all } comments, { $approved } of them approved.
block-then = What happens to such comments
block-holds = a person looks at them
block-spam = they are spam
block-how-long = For how long
block-a-week = a week
block-a-month = a month
block-a-year = a year
block-for-good = for good
block-note = Why <span class="quiet">if you like</span>
block-everywhere = On every site
block-force = Add it although it hits so many
block-do = Block
block-try = Only try

## The desk: what the last form did

flash-unchanged = Nothing was changed.
flash-noted = The note is in the history.
flash-answered = Your answer is published.
flash-edited = The text is changed, and the old one is in the history.
flash-unedited = The text is as it was before the change.
flash-erased = It is deleted for good.
flash-nothing-to-undo = Nothing that you decided in the last day is left to be taken back.
flash-broken-undo = { $count ->
    [one] The service failed before it came to { $number } more comment.
   *[other] The service failed before it came to { $number } more comments.
}
flash-broken = Then the service failed: the rest is as it was. Try again.
flash-left-own = { $count ->
    [one] { $number } was left alone: you had changed it yourself before.
   *[other] { $number } were left alone: you had changed them yourself before.
}
flash-left = { $count ->
    [one] { $number } was left alone: it changed meanwhile. Look at it again.
   *[other] { $number } were left alone: they changed meanwhile. Look at them again.
}
flash-left-by = { $count ->
    [one] { $number } was left alone: { $who } changed it meanwhile. Look at it again.
   *[other] { $number } were left alone: { $who } changed them meanwhile. Look at them again.
}
flash-undo-rest = Take the rest back
flash-undo-all = { $count ->
    [one] Undo
   *[other] Undo all { $number }
}

## The desk: lists with a name

views-title = Saved lists
views-what-they-are = Filters and orders that you gave a name. Each has an address of its own, for a bookmark.
views-none = None yet
views-how-to = Narrow the queue with its filters, then keep the list under a name.
views-remove = Remove
views-remove-named = Remove the list { $name }
views-change = change
views-keep = Keep this list
views-name = Name
views-keep-it = Keep
views-too-long = These filters are too long to be kept.
views-too-many = There are { $number } lists already. Remove one first.

## What the desk's scripts say. "count" chooses the form of a sentence, "number" is the number as it is written.

number-separator = ,
language-name = English
language-direction = ltr
js-decided-approve = { $count ->
    [one] { $number } comment approved.
   *[other] { $number } comments approved.
}
js-decided-spam = { $count ->
    [one] { $number } comment marked as spam.
   *[other] { $number } comments marked as spam.
}
js-decided-reject = { $count ->
    [one] { $number } comment rejected.
   *[other] { $number } comments rejected.
}
js-decided-trash = { $count ->
    [one] { $number } comment moved to the trash.
   *[other] { $number } comments moved to the trash.
}
js-decided-hold = { $count ->
    [one] { $number } comment put back into the queue.
   *[other] { $number } comments put back into the queue.
}
js-taken-back = { $count ->
    [one] { $number } comment taken back.
   *[other] { $number } comments taken back.
}
js-did-approve = approved
js-did-spam = marked as spam
js-did-reject = rejected
js-did-trash = moved to the trash
js-did-hold = put back into the queue
js-verb-approve = Approve
js-verb-spam = Mark as spam
js-verb-reject = Reject
js-verb-trash = Move to the trash
js-verb-hold = Put back into the queue
js-why-abuse = abuse
js-why-off_topic = off topic
js-why-low_quality = adds nothing
js-why-private_information = private information
js-why-impersonation = pretends to be somebody
js-why-illegal = against the law
js-reject-because = Reject: { $reason }
js-reject-why = Reject, and say why
js-now-pending = pending
js-now-approved = approved
js-now-spam = spam
js-now-rejected = rejected
js-now-trash = trash
js-line-approve = Approved: { $who }
js-line-spam = Marked as spam: { $who }
js-line-reject = Rejected: { $who }
js-line-trash = Moved to the trash: { $who }
js-line-hold = Put back into the queue: { $who }
js-undo = Undo
js-undo-line = Undo: { $what }
js-close = Close
js-leave-them = Cancel
js-sure = { $verb }: { $count ->
    [one] { $number } comment?
   *[other] { $number } comments?
}
js-sure-yes = { $verb }: { $number }
js-show = Show
js-selected = { $number } selected
js-select-all = Select all shown
js-all-done = All done here
js-what-else = See what else there is
js-signed-out = you are signed out.
js-sign-in = Sign in
js-no-answer = the service does not answer. Try again.
js-not-decided-approve = Not approved.
js-not-decided-spam = Not marked as spam.
js-not-decided-reject = Not rejected.
js-not-decided-trash = Not moved to the trash.
js-not-decided-hold = Not put back into the queue.
js-comment-by = the comment by { $who }
js-comments = { $count ->
    [one] { $number } comment
   *[other] { $number } comments
}
js-failed = Not done for { $what }: { $why }
js-just-back = it had just come back. Look again.
js-gone = No longer there: { $what }.
js-faster = { $who } was faster with { $what }: now { $status }. Look again.
js-faster-many = { $who } changed { $what } before you. Look again.
js-you-before = You had changed { $what } before. Look again.
js-changed = Changed meanwhile: { $what }. Look again.
js-before-you = { $who } decided before you: { $did }, { $when }.
js-you-decided = You decided before: { $did }, { $when }.
js-edited-before-you = { $who } changed the text, { $when }. Read it again.
js-undone-before-you = { $who } took a decision back: now { $status }, { $when }.
js-changed-now = It changed meanwhile: now { $status }.
js-decided-by = { $who }: { $did }, { $when }
js-changed-since = { $who } changed it since: now { $status }.
js-changed-since-you = You changed it since: now { $status }.
js-not-taken-back = Not taken back.
js-some-not-taken-back = { $what } not: { $why }
js-rest-changed = Somebody changed the rest since.
js-you = You
js-seconds-ago = { $number } s ago
js-minutes-ago = { $number } min ago
js-at = at { $when }
js-select-first = Select a comment first: press j.
js-select-some = Select comments first.
js-not-loaded = { $count ->
    [one] The next comments could not be loaded: a key was not used.
   *[other] The next comments could not be loaded: { $number } keys were not used.
}
js-new = { $number } new: show
js-more = More
js-open = Open
js-undo-last = Take back what you decided last
js-keys = Keys
js-what-to-do = Where to, or what to do?
js-nothing-like-that = Nothing is called that
js-saved-list = list
js-looking = { $who } looks at it

## The desk: a comment by itself

text-invisible = { $code }: an invisible character
comment-comment = Comment
comment-plus-speaks-for-spam-minus = Plus counts towards spam, minus against it.
comment-history = History
comment-judgement = Judgement
comment-author = Author
comment-decided-before = Decided before
comment-checks-that-fired = Checks that fired
comment-what-counted-in-the-text = What counted in the text
comment-also-by-this-author = Also by this author
comment-from-the-same-network = From the same network
comment-with-the-same-web-site = With the same web site
comment-note-for-the-history-with = Note <span class="quiet">for the history, with a decision or alone</span>
comment-email = Email
comment-website = Website
comment-comments = Comments
comment-add-note = Add note
comment-next = Next
comment-block = Block
comment-answer = Answer
comment-answer-as = Your answer, published under the name { $name }
comment-answer-approves = Approve the comment that it answers
comment-answer-send = Publish the answer
comment-thread = Thread
answer-needs-address = Your account needs an email address before you can answer.
verdict-publish = published at once
verdict-hold = held for a person
verdict-spam = put aside as spam
decision-approve = approve
decision-spam = spam
decision-reject = reject
decision-trash = trash
decision-hold = hold
history-arrived = Arrived: { $to }
history-decided = decided “{ $decision }”: now { $to }
history-undone = took “{ $decision }” back: { $to } again
history-revealed = looked at the whole address
history-edited = changed the text
history-edit-undone = took the change of the text back
history-before = The text before
history-noted = noted
door-token = API
door-mail = by mail
door-client = reported by a program
door-command = shell
door-other = other
comment-show-it-whole = Show the address
comment-taken-back = (taken back)
comment-that-you-looked-goes-into = The history then says that you looked.
comment-all-of-theirs-that-wait = All their pending comments

## The desk: before many are decided

confirm-these-are-all-that-match = These are all that match the list you come from, on every page. You can take them back as one for 30 days, here or under <a href="/desk/batches">Decided together</a>.
confirm-leave-them = Cancel
confirm-question = { $verb }: { $count ->
    [one] { $number } comment?
   *[other] { $number } comments?
}
confirm-all = { $verb }: all { $number }

## The desk: what was decided together

batches-decided-together = Decided together
batches-what-was-decided-about-several = What was decided about several comments at once in the last 30 days. Taking it back leaves alone what somebody decided about since.
batches-select-several-comments-or-all = Select several comments, or all that match, and decide about them: it appears here.
batches-nothing-was = Nothing was
batches-taken-back = taken back
batches-taking-back = is being taken back

## The desk: what operators did

statistics-none = Since yesterday no comment came.
statistics-lately = { $count ->
    [one] Since yesterday { $number } comment came
   *[other] Since yesterday { $number } comments came
}: { $aside } put aside as spam, { $published } published, { $held } kept for a decision.
statistics-at-least = { $count ->
    [one] Since yesterday at least { $number } comment came, and more are still being counted.
   *[other] Since yesterday at least { $number } comments came, and more are still being counted.
}
statistics-waiting = { $count ->
    [0] Nothing waits now.
    [one] { $number } comment waits now.
   *[other] { $number } comments wait now.
}
statistics-over = { $count ->
    [one] Over { $number } day
   *[other] Over { $number } days
}: { $came } came, { $aside } of them put aside as spam by itself; people took { $back } of those back, and called { $missed } spam that got through.
statistics-until = Counted until { $at } (UTC). Days are those of UTC; imported comments are left out.
statistics-days = { $count ->
    [one] { $number } day
   *[other] { $number } days
}
statistics-period = Period
statistics-every-site = Every site
statistics-csv = These sums as a CSV file
statistics-by-day = Comments by day
statistics-by-day-chart = Comments that came by day, those put aside as spam above the rest
statistics-decisions = Decisions by day
statistics-decisions-chart = Decisions by day, those taken back left out
statistics-wait = Time to the first decision
statistics-wait-chart = Comments that were held, by the hours until the first decision, up to a day
statistics-wait-none = No comment that was held has been decided about yet.
statistics-wait-half = Half of them waited less than { $time }.
statistics-wait-half-more = More than half of them waited longer than a day.
statistics-within = Within
statistics-share = Share
statistics-minutes = { $count ->
    [one] { $number } minute
   *[other] { $number } minutes
}
statistics-hours = { $count ->
    [one] { $number } hour
   *[other] { $number } hours
}
statistics-longer = longer
statistics-hours-axis = hours until the decision
statistics-key-came = <span class="spam">put aside as spam</span> <span class="ham">the rest</span>
statistics-bar-day = { $day }: { $came } came, { $aside } put aside as spam
statistics-bar-decided = { $day }: { $decided } decided
statistics-bar-wait = after { $from } to { $to } hours: { $comments }
statistics-day = Day
statistics-came = Came
statistics-aside = Put aside
statistics-held = Held
statistics-published = Published
statistics-decided = Decided
statistics-back = Taken back
statistics-missed = Got through
statistics-by-site = By site
statistics-by-page = By page
statistics-by-page-text = The twenty that most comments came to.
statistics-by-language = By language
statistics-by-because = Why
statistics-by-because-text = What made Hamlet publish, hold or put aside.
statistics-by-reason = Reasons that people gave
statistics-site = Site
statistics-page = Page
statistics-language = Language
statistics-reason = Reason
statistics-people = Who decided
statistics-people-you = What you decided
statistics-people-text = In the order of names. “Changed” are those that a colleague decided otherwise or took back afterwards; each person sees their own line, operators all.
statistics-person = Person
statistics-changed = Changed
statistics-stood = Left as they were
statistics-nothing = Nothing yet.
statistics-nothing-text = Once comments come and are decided about, what became of them is added up here, a few minutes later.
statistics-unknown = not known
statistics-because-score = likely spam by its score
statistics-because-trusted = a trusted author
statistics-because-trusted_not_this = a trusted author, but not this comment
statistics-because-labels_too_few = too few labels to rest on
statistics-because-all_reviewed = the site reviews everything
statistics-because-few_approved = too few comments of the author were approved
statistics-because-abuse = likely abusive
statistics-because-not_judged = the model could not judge
activity-activity = Activity
activity-on-sites = on { $count } sites
activity-nothing-yet = Nothing yet.
activity-what-operators-did = What operators did
activity-when = When
activity-who = Who
activity-what = What
activity-to-what = To what
activity-more = More
activity-older = Older
activity-acts = Acts
activity-decisions = Decisions
activity-decisions-text = Who decided what, the latest first. What nobody has decided about since can be taken back here.
activity-nothing-decided = Nothing was decided yet.
activity-earlier = Earlier
activity-decided = { $did }: a comment by { $author }
activity-undo = Undo: { $what }
act-address-reveal = looked at a whole address
act-comments-export = exported comments
act-comments-import = imported comments
act-comments-import-undo = took an import back
act-key-add = made a program's key
act-key-revoke = revoked a program's key
act-mail-retry = tried a mail again
act-model-activate = put a model into use
act-model-roll-back = went back to the model before
act-model-train = started a training run
act-person-add = added a moderator
act-person-change = changed an account
act-person-link = made a link to sign in by
act-person-password = set a password
act-person-remove = removed a moderator
act-rule-add = added a block rule
act-rule-import = added a list of block rules
act-rule-remove = removed a block rule
act-samples-add = added labelled texts
act-sealing-key-retire = retired the older sealing keys
act-sealing-key-rotate = rotated the sealing key
act-session-end-all = signed out everywhere
act-site-add = added a site
act-site-change = changed a site
act-site-abuse-trial = looked at what holding by abuse would do
act-site-remove = removed a site
act-subject-erase = erased a person's data
act-subject-export = looked at a person's data
act-token-add = made a token
act-token-revoke = revoked a token
act-webhook-add = added a webhook
act-webhook-remove = removed a webhook

## The desk: your account

me-your-account = Your account
me-saved = Saved.
me-nothing-was-saved-some-of = Nothing was saved: some of it is not right.
me-ends-every-session-of-yours = Ends every session of yours, this one too, and links to sign in by that were not used. Tokens that you made go on.
me-mail-to-files = No mail server is set up yet, so that no mail reaches you.
me-mail-about-comments-that-wait = Mail about comments that wait
me-address-and-password = Address and password
me-sessions = Sessions
me-as-above = as above
me-another-site = Another site
me-another-hint = Its name in addresses: it then has a line of its own above.
me-save = Save
me-language = Language
me-language-of-browser = as the browser asks
me-sign-out-everywhere = Sign out everywhere
me-name = Name
me-other-moderators-see-it-beside = Other moderators see it beside what you decide.
me-new-address = New address
me-leave-it-empty-to-keep = Leave it empty to keep yours.
me-new-password = New password
me-at-least-10-characters-it = At least 10 characters. It signs you out everywhere else.
me-present-password = Present password
me-needed-to-change-the-address = Needed to change the address or the password.

## The desk: a site

site-settings = <a href="/desk/settings">Settings</a>
site-saved = Saved.
site-nothing-was-saved-some-of = Nothing was saved: some of it is not right.
site-otherwise-it-is-judged-and = Otherwise it is judged and forgotten. <a href="/desk/settings#keys">Their keys</a> are among the settings.
site-on-your-pages = On your pages
site-snippet-hint = Put these two lines where the comments are to appear, then open that page once.
site-what-scores-do = What scores do
site-what-counts-as-evidence = What counts as evidence
site-programs-that-ask-about-comments = Connected programs
site-name = Name
site-origins-of-its-pages-one = Addresses of its pages, one a line
site-origins-hint = Only pages there may show and post its comments from a browser.
site-origin-proposed = <bdi>{ $origin }</bdi> is filled in below and not saved yet. Save it if it is yours.
site-save = Save
site-remove = Remove this site
site-remove-text = It goes with its comments, models, rules, keys and settings, at once, for everybody and for good.
site-remove-type = Type { $name } to confirm
site-remove-mismatch = This is not the name of the site that was to be removed. It is still there.
site-a-comment-without-a-form = A comment without a form token counts towards spam
site-what-they-ask-about-is = What they ask about is kept, to be reviewed here
site-careful = Careful
site-balanced = Balanced
site-strict = Strict
site-spam-proposed = { $percent } % is filled in below and not saved yet.
site-spam-from = Spam from
site-a-score-from-0-to = At this score and above a comment is put aside as spam: from 1 to 100.
site-authors-are-trusted-after = Authors are trusted after
site-so-many-comments-of-theirs = So many comments of theirs that a person approved, each sent from one browser and under one address. Then they are published at once while nothing speaks against them and they link to nothing new. Empty: nobody is, and a person sees every comment.
site-published-at-once-below = Published at once below
site-a-trusted-author-s-comment = A trusted author's comment with a lower score needs no review: below the one above.
site-links = Links
site-more-in-one-comment-speak = More in one comment speak for spam.
site-seconds = Seconds
site-a-form-sent-sooner-after = A form sent sooner after it was opened counts towards spam.
site-hours = Hours
site-a-form-sent-later-after = A form sent later after it was opened does, too.
site-keeping = How long
site-spam-days = Days of spam
site-so-many-days-after = So many days after it was called spam, it is deleted for good; what models learnt from it stays. Empty: never.
site-trash-days = Days of trash
site-likewise-the-trash = Likewise what is in the trash.
site-pages = Addresses of pages
site-trailing-slash = A slash at the end
site-slash-kept = counts: /post and /post/ are two pages
site-slash-added = is always there: /post is /post/
site-slash-removed = is never there: /post/ is /post
site-drop-index = /post/index.html is /post/
site-parameters = Parameters that tell pages apart
site-parameters-hint = Such as p, apart by blanks; a dash alone: none. Empty: all but those that say where a reader came from (utm_source, fbclid and others). When this changes, comments move to where their page is now.
site-proof-of-work = Proof of work
site-zero-bits-1-to-24 = How hard the sender's browser works before it may post: 1 to 24 bits, where 16 take a moment. Empty: not at all.
site-abuse = How abusive comments seem
site-abuse-off = is not worked out
site-abuse-show = is shown to moderators
site-abuse-hold = is shown, and comments that seem abusive are held for them
site-abuse-hint = Before anything is held, look at what it would have done.
site-abuse-from = Held from
site-abuse-from-hint = From 50 to 100. Nothing is ever published, put aside or discarded by it.

## The desk: settings

settings-settings = Settings
settings-none-a-program-that-moderates = None. A program that moderates or imports signs in with one.
settings-send-me-a-test-mail = Send me a test mail
settings-mail-how = Mail is delivered once <code>mail.url</code> (or <code>HAMLET_MAIL__URL</code>) names a mail server, such as <code>smtp://user:password@mail.example.org</code>, and Hamlet was started again. <code>docs/mail.md</code> has recipes for the usual providers.
settings-none-everything-was-delivered-or = None: everything was delivered, or is still being tried.
settings-sites = Sites
settings-moderators = Moderators
settings-tokens-for-programs = Tokens for programs
settings-mail-that-was-given-up = Undelivered mail
settings-name-in-addresses = Name in addresses
settings-slug-hint = Lower-case letters, digits and hyphens, such as my-blog. It stands in the lines that you put on your pages.
settings-name-for-people = Name for people
settings-origins-of-its-pages = Addresses of its pages
settings-origins-hint = How they begin, such as https://example.org, without a path. Several: with a blank in between.
settings-name = Name
settings-email = Email
settings-role = Role
settings-every-site = every site, and those that are added later
settings-only-these = only these
settings-find-a-site = There are { $number } sites. Search by name:
settings-find = Search
settings-nothing-done = Nothing was done: some of it is not right.
settings-what-it-is-for = What it is for
settings-add-a-site = Add a site
settings-add-a-moderator = Add a moderator
settings-make-a-token = Make a token
settings-moderator-decides-about-comments = moderator: decides about comments
settings-operator-runs-the-place-too = operator: runs the place too
settings-moderator = moderator
settings-operator = operator
settings-site = Site
settings-its-pages = Its pages
settings-what-to-do = <span class="away">What to do</span>
settings-owner = Owner
settings-last-used = Last used
settings-mail = Mail
settings-to = To
settings-from = From
settings-why = Why
settings-add-the-site = Add the site
settings-sign-in-link = Sign-in link
settings-remove = Remove
settings-add-the-moderator = Add the moderator
settings-revoke = Revoke
settings-make-the-token = Make the token
settings-try-again = Try again
settings-none-named-no-browser-of = none yet: no page may post here
settings-you = you
settings-link-for = Make a sign-in link for { $name }
settings-remove-named = Remove { $name }
settings-revoke-named = Revoke { $name }
settings-try-again-named = Try again: { $kind } to { $to }
settings-tokens-end = A token that someone made ends with their account, and may do no more than they may.
settings-ownerless = { $count ->
    [one] Of { $number } that work nobody knows who made them: replace them, then revoke them.
   *[other] Of { $number } that work nobody knows who made them: replace them, then revoke them.
}
settings-never = never
settings-gone = gone
settings-all-sites = every site
settings-sent-link = Send this link to { $name }: it signs them in once, within a day, and is not shown again.
settings-person-removed = Removed. The name stays in the history.
settings-token-made = To be sent as “Authorization: Bearer …”. It is not shown again.
settings-token-revoked = The token is revoked.
settings-site-added = Added.
settings-site-removed = The site is removed.
settings-choose-sites = Choose at least one, or every site.
settings-mail-address = Your account has no address that can be read: give it one, under your name.
settings-mail-not-sent = It was not sent: { $why }.
settings-mail-in-folder = It is a file in the folder now, and nobody gets it: set mail.url to a mail server, as docs/mail.md says.
settings-mail-taken = The mail server took it for { $to }. See whether it arrives, and in which folder.
settings-mail-retried = It is tried again at once, and for as long as a new mail.
settings-letter-queue = comments that wait
settings-letter-confirm = question about replies
settings-letter-reply = a reply
me-mail-each = as they come
me-mail-hourly = once an hour
me-mail-daily = once a day
me-mail-never = never
settings-revoked = revoked
settings-blog = blog
settings-https-example-org = https://example.org
settings-tokens = Tokens

## The desk: settings: programs

programs-none-wordpress-and-others-that = None. WordPress and others that speak Akismet's protocol ask here instead, with a key of a site.
programs-a-key-judges-and-reports = A key judges and reports for its site, and can do nothing else. Whether the site keeps what it is asked about is among the site's settings.
programs-none-a-program-of-yours = None. A program of yours can be told what happens on a site.
programs-in-the-public-internet-or = In the public internet, or a network that the configuration allows.
programs-programs-that-ask-about-comments = Connected programs
programs-webhooks = Webhooks
programs-program = Program
programs-site = Site
programs-address = Address
programs-make-a-key = Make a key
programs-add-a-webhook = Add a webhook
programs-its-comments-are = Its comments are
programs-last-used = Last used
programs-what-to-do = <span class="away">What to do</span>
programs-told-of = Told of
programs-last-took = Last took
programs-not-taken = Not taken
programs-revoke = Revoke
programs-make-the-key = Make the key
programs-remove = Remove
programs-add-the-webhook = Add the webhook
programs-told-when = Told when
programs-revoked = revoked
programs-nothing = nothing
programs-keys = Keys
programs-wordpress = WordPress
programs-revoke-named = Revoke the key of { $name }
programs-remove-named = Remove the webhook { $url }
programs-backlog = { $queued } waiting, { $dead } given up
programs-callbacks = Callbacks of { $site }: { $queued } waiting{ $dead ->
    [0] { "" }
   *[other] , { $dead } given up
} ({ $why }).
programs-not-tried = not tried yet
programs-key-made = Enter it into the program, beside this service's address. It is not shown again.
programs-key-revoked = The key is revoked.
programs-judged-only = judged only
programs-kept = kept for review
programs-webhook-made = Deliveries are signed with this secret, as Standard Webhooks says. It is not shown here again.
programs-webhook-removed = Removed, and what was still to be told with it.
programs-nothing-yet = nothing yet
event-comment-received = a comment arrived
event-comment-decided = a comment was decided about
event-comment-edited = a comment's text was changed
event-model-activated = another model judges
programs-https-example-org-hook = https://example.org/hook

## The desk: privacy

privacy-privacy = Privacy
privacy-make-sure-that-it-is = Make sure that it is they who ask. The address is sent in the form only, and stands in no log and no history of the browser.
privacy-they-have-an-account-as = They have an account as a moderator, which stays: it is among the <a href="/desk/settings">settings</a>.
privacy-nothing-yet-what-is-erased = Nothing yet. What is erased is noted here with who did it and how much it was, and not whose it was.
privacy-what-is-held-about-a = What is held about a person
privacy-held = Held
privacy-nothing-held = Nothing is held about this address.
privacy-only-account = Nothing is held about this address but their account as a moderator, which is among the <a href="/desk/settings">settings</a>.
privacy-comments-on = Comments on { $site }, <span class="status { $class }">{ $status }</span>
privacy-be-sure = Say that you are sure: erasing cannot be undone.
privacy-erased = Erased: { $what }.
privacy-account-stays = Their account as a moderator is still there: remove it among the settings.
privacy-amount-comments = { $count ->
    [one] { $number } comment
   *[other] { $number } comments
}
privacy-amount-samples = { $count ->
    [one] { $number } labelled text
   *[other] { $number } labelled texts
}
privacy-amount-subscriptions = { $count ->
    [one] { $number } subscription
   *[other] { $number } subscriptions
}
privacy-amount-mails = { $count ->
    [one] { $number } mail
   *[other] { $number } mails
}
privacy-amount-none = nothing
privacy-erased-before = Erased before
privacy-email = Email
privacy-what = What
privacy-how-many = How many
privacy-when = When
privacy-by = By
privacy-look-it-up = Look it up
privacy-download-all-of-it = Download all of it
privacy-erase-all-of-it = Erase all of it
privacy-labelled-texts-and-what-models = Labelled texts, and what models learnt of them
privacy-subscriptions-to-replies = Subscriptions to replies
privacy-mails-to-them = Mails to them
privacy-damaged-rows-which-cannot-be = Damaged rows, which cannot be read
privacy-it-cannot-be-undone-and = It cannot be undone, and I am sure

## The desk: the model

model-model = Model
model-caught = Last 30 days: { $aside } put aside as spam by itself, { $back } of them taken back by people; { $missed } got through that people called spam.
model-none-yet-a-training-takes = None yet. A training takes what moderators decided and what was imported or sent, and compares the new model with the present one on samples that neither saw.
model-all-of-it-counts = All of it counts.
model-no-labels-yet-each-approval = No labels yet. Each approval and each spam decision is one.
model-labels-are-counted-and-capped = Labels are counted, and capped, by it. Left empty, it is your own.
model-drawings-of-the-last-1 = Charts of the last 1,000 comments appear here.
model-spam-caught-genuine-blocked = <span class="spam">spam caught</span> <span class="ham">genuine blocked</span>
model-stands-as-spam-anything-else = <span class="spam">spam</span> <span class="ham">anything else</span>
model-nobody-has-decided-about-these = Nobody has decided about these yet.
model-each-dot-is-a-tenth = Each dot is a tenth of the scores: across, what was expected; up, the share that people called spam. On the line, the scores mean what they say.
model-marked-as-spam-approved = <span class="spam">marked as spam</span> <span class="ham">approved</span>
model-questions = What models answer
model-spam = Spam
model-abuse = Abuse
model-abuse-is-evidence = An abuse score is shown to people. By itself it publishes, puts aside and discards nothing.
model-abuse-labels = Each approval is one, and each rejection with the reason “abuse”.
model-judges-now = In use now
model-class-ham = genuine
model-class-spam = spam
model-class-clean = not abusive
model-class-abuse = abusive
model-since = { $ham } { $clean }, { $spam } { $against }
model-since-few = { $ham } { $clean }, { $spam } { $against }; { $minimum } of each are needed before they count
model-too-few = To train a model of the site's own takes { $needed } labels of each class; there are { $ham } { $clean } and { $spam } { $against }.
model-spam-labels = Each approval and each spam decision is one.
model-asked-by = Asked for by { $who }, { $when }
model-put-into-use-by = put into use by { $who }
model-held-out = On { $ham } { $clean } and { $spam } { $against } samples held out, at the threshold { $threshold }; trained on { $trained_ham } and { $trained_spam }
model-repeated = { $records }, of which { $repeated } say again what another did
model-over-cap = { $count ->
    [one] { $number } more than count from one source at once; the next training takes it
   *[other] { $number } more than count from one source at once; the next training takes them
}
model-refused = Nothing of it was kept.
model-line = Line { $line }
model-file-hint = CSV or TSV with a header, or JSON lines: <code>text</code> and <code>label</code> (<code>{ $against }</code> or <code>{ $clean }</code>), where known <code>name</code>, <code>email</code>, <code>website</code>, and <code>site</code> where it is not { $site }. At most { $max } MiB. All of it counts or, if a line is not right, none.
model-what-if = To the last { $judged } comments, of which people decided about { $decided }. The site's threshold is { $threshold }.
model-part-of = { $part } of { $all }
model-use-it = Use this threshold
model-use = Use { $threshold }
model-would = { $aside } put aside: { $caught } of { $spam } spam caught, { $blocked } of { $ham } genuine blocked.
model-abuse-would = { $held } held: { $approved } of them approved by people, { $rejected } rejected.
model-said-begun = The training waits for its turn.
model-said-under-way = A training for this site is under way already.
model-said-active = The model is in use.
model-said-back = The model before is in use again.
model-said-nothing-before = There is no model to go back to.
model-said-seen = It is kept that you looked: the site may hold by abuse now.
model-said-refused = It is not better than the one in use: the reasons are below it.
model-status-queued = queued
model-status-training = training
model-status-failed = failed
model-status-candidate = candidate
model-status-live = live
model-status-retired = retired
model-phase-waiting = waits for its turn
model-phase-reading = reads the samples
model-phase-fitting = fits the model
model-phase-measuring = measures it against the live one
model-phase-done = done
model-figure-auc = Told apart
model-figure-log-loss = Penalty for wrong scores
model-figure-calibration = How far scores are off
model-trainings-and-models = Trainings and models
model-samples = Samples
model-no-comment-was-judged-yet = No comment was judged yet
model-what-a-threshold-would-do = What a threshold would do
model-scores = Scores
model-calibration = Do scores mean what they say?
model-decisions-30-days = Decisions, 30 days
model-labelled-data-from-elsewhere = Labelled data from elsewhere
model-name-of-this-data = Name of this data
model-file = File
model-version = Version
model-labels-since = Labels since
model-records = Records
model-new-labels = New labels
model-changed = Changed
model-unchanged = Unchanged
model-for-later = For later
model-figure = Figure
model-this-model = This model
model-live-then = The one before
model-came-by = Where from
model-came-decision = decisions
model-came-import = imports
model-came-feedback = reports by programs
model-came-samples = data from elsewhere
model-class = Class
model-labels = Labels
model-in-use = In use
model-threshold = Threshold
model-put-aside = Put aside
model-spam-caught = Spam caught
model-genuine-blocked = Genuine blocked
model-show = Show
model-train-a-model = Train a model
model-back-to-the-one-before = Back to the one before
model-use-the-shipped-one = Use the shipped one
model-put-it-into-use = Put it into use
model-take-it-in = Upload it
model-site = Site
model-look-again = Look again
model-verdict-use = At least as good as the one in use, on comments that neither had seen: put it into use.
model-verdict-keep = Not better than the one in use: keep that one.
model-evaluation-report = Evaluation report
model-progress = Progress
model-share-of-the-spam-caught = Share of the spam caught and of the genuine comments blocked, by threshold
model-share-that-was-spam-by = Share that was spam, by score
model-although-it-does-not-pass = although it is not better
model-how-many-comments-had-which = How many comments had which score
chart-score = score
chart-share = share
chart-share-of-spam = share that was spam
chart-comments = comments
chart-decisions = decisions
chart-days = days from now
chart-score-bin = { $from } to { $to } %: { $spam } spam, { $other } other
chart-day = { $ago ->
    [0] Today
    [one] { $ago } day ago
   *[other] { $ago } days ago
}: { $approved } approved, { $spam } marked as spam
chart-calibration-dot = { $expected } % expected, { $found } % were spam ({ $all })
model-decisions-of-the-last-30 = Decisions of the last 30 days
model-abuse-trial = What holding by abuse would do
model-abuse-of = To the last { $comments } comments that were not put aside as spam. The site's threshold is { $threshold }. Comments in languages that the model does not know are never held.
model-abuse-held = Held
model-abuse-published = published at once
model-abuse-approved = approved by people
model-abuse-rejected = rejected by people
model-abuse-seen = { $by } looked at this, { $when }.
model-abuse-unseen = Nobody has said yet that they looked: until then the site cannot hold by it.
model-abuse-look = I have looked at it

## The desk: sentences with something in them

queue-search-behind = { $count ->
    [one] One comment is not in the search index yet, and was not searched.
   *[other] { $count } comments are not in the search index yet, and were not searched.
}
queue-elsewhere = Elsewhere:
queue-no-match = No comment under “{ $label }” fits these filters. <a href="/desk?status={ $status }">Show all of them</a>.
queue-matching = all <span id="total">{ $total }</span> that match, on every page
queue-marks = marks
queue-select = Select the comment by { $name }
comment-for-good = Delete for good
comment-deleted-on = It is deleted on { $day }, as the site's settings say. What models learnt from it stays.
comment-it-cannot-be-undone = I know that it cannot be undone
comment-delete-it = Delete this comment
comment-erase-its-author = Erase its author
comment-what-is-erased = Deleting takes the comment with its history, mails about it and what models learnt from it. Erasing its author takes all that is held about them, on every site.
comment-was = It was { $verdict }. { $because }.
comment-model = Model { $model }
activity-kept = Kept for { $days } days. Decisions about comments are in the history of each comment.
me-every-other-site = Every site without a choice below
me-how-often = How often
me-address = Your address is { $email }.
batches-undo-all = Undo all { $count }

## Changing what a comment says

comment-edit = Edit
comment-edited = edited
edit-title = Edit the comment
edit-text = What it says
edit-reason = Why, for the history
edit-save = Save the change
edit-now = What it says now
edit-changed = { $who } changed the comment meanwhile. Your text is below; saving it replaces what the comment says now.
edit-readers-see = Readers see that the comment was edited, not what it said before. Moderators see both.
edit-readers-see-both = Readers see that the comment was edited, and can read what it said before.
activity-edited = Changed the text of { $author }
site-readers = What readers see
site-show-edits = Readers may see what a comment said before a moderator changed it
read-edited = edited
edits-title = What the comment said before
edits-what = A moderator changed it. These are its earlier texts, the oldest first.
edits-until = Until
key-edit = Edit what the comment says

## What comes from below in English, because programs read it too. A sentence of this group is found by its English text.

fault-required = This field is required.
fault-too-long = At most { $max } characters are allowed.
fault-control = Control characters are not allowed.
fault-email = This is not an email address.
fault-website = This is not the address of a web site.
fault-slug = Use 1 to 63 lower-case letters, digits and inner hyphens.
fault-slug-taken = Another site has this name in addresses.
fault-origins = At most { $max } origins.
fault-origin = Write it like https://example.org, without a path.
fault-present-password = This is not your present password.
fault-password-short = Use at least { $min } characters.
fault-address-taken = Another moderator has this address.
fault-operator-sites = An operator runs every site: name none.
fault-no-such = There is no such { $what }.
fault-what-site = site
fault-what-comment = comment
fault-what-page = page
fault-what-moderator = moderator
fault-what-model = model
fault-what-import = import
fault-what-rule = block rule
fault-what-status = status
fault-what-reason = reason
fault-page-origin = This page is not on one of the site's origins.
fault-page = A page is an absolute web address or a path that starts with a slash.
fault-parameters = At most 50 names of parameters, such as p, without &, =, # and blanks.
fault-same-page = This is the same page.
fault-same-text = The text is as it was.
fault-above-zero = Must be above 0 and at most { $to }.
fault-above-zero-or-absent = Must be above 0 and at most { $to }, or absent.
fault-below-spam = Must be from 0 to below the spam threshold.
fault-least-or-absent = Must be at least { $from }, or absent.
fault-range-or-absent = Must be from { $from } to { $to }, or absent.
fault-range = Must be from { $from } to { $to }.
fault-look-first = Look first at what it would have done to this site's last comments: on the model's page, by POST to { $path }, or with `hamlet site abuse-trial`.
fault-rule-empty = Nothing of this can be seen.
fault-rule-domain = This is not a domain such as example.org.
fault-rule-network = This is neither an address nor a network such as { $example }.
fault-rule-over = This time is over.
fault-form-token = This site asks for a form token with a proof of work.
fault-form-old = The form was open too long; fetch a new form token.
fault-work = This is not the proof of work that was asked for.
fault-work-used = This proof of work was used before; fetch a new form token.
fault-no-parent = There is no such comment on this page.
fault-too-many = Too many comments came from here; try again later.
fault-no-files = Files are not accepted.
fault-utf8 = This is not UTF-8: see that it reads as you wrote it.
fault-twice = The field is there twice.
fault-invalid = Some of what was sent is not right.
fault-stale-form = The form is out of date. Load the page again and repeat.
fault-operators-page = Only operators may see this page.
fault-last-operator = This is the last operator: nobody else could run the place.
fault-other-site = This form was sent from another site.
fault-unavailable = The service cannot do this at the moment. Nothing was stored; try again.
fault-busy = Too many searches are running, or this one took too long. Try again in a moment, or search less at once.
fault-changed = Somebody changed the comment meanwhile. Look at it again.
fault-unsure = The form does not say that you are sure.
fault-method = This address takes other methods: see Allow.
fault-too-large = A body may have at most { $limit } bytes.
fault-no-record = There is no record in it.
fault-no-label = has no label: { $against } or { $clean }
fault-no-text = has no text
fault-unknown-site = names a site that does not exist
fault-mail-late = the mail server did not answer in time
fault-mail-answered = the mail server answered { $code }
fault-mail-hung-up = the mail server hung up or its answer cannot be understood
fault-mail-tls = TLS with the mail server failed: { $why }
fault-mail-unable = the mail server cannot do what is needed: { $why }
fault-mail-unreachable = the mail server cannot be reached: { $why }
fault-gate-few-labels = There are { $ham } { $clean } and { $spam } { $against } labels; at least { $needed } of each are needed to train a model.
fault-gate-one-sided = The labels are one-sided: only { $fewer } of { $all } are { $name }. A model trained on them would hardly know what { $again } is.
fault-gate-same-text = The { $name } labels are all about nearly the same text, which is held out to measure on: label more different ones.
fault-gate-few-samples = Only { $ham } { $clean } and { $spam } { $against } samples were held out to measure on; with fewer than { $few } of each nothing can be said.
fault-gate-catches-less = It catches less { $against } than the live model: { $new } % instead of { $old } %.
fault-gate-blocks-more = It wrongly blocks more than the live model: { $new } % of the { $clean } instead of { $old } %.
fault-gate-calibration = Its probabilities are not to be trusted: they are off by { $error } on average, and { $limit } is the most that is accepted.
fault-gate-poor = It hardly tells the site's own { $against } from its { $clean } (area under the curve { $auc }): the labels contradict each other.
fault-gate-swapped = The labels say the opposite of what the model that ships with the program reads in the texts (area under the curve { $auc }): were { $against } and { $clean } swapped?
fault-gate-source = { $contradicted } of { $labels } labels from '{ $name }' are the opposite of what all other labels teach: look at that source.
fault-class-ham = ham
fault-class-spam = spam
fault-class-clean = clean
fault-class-abuse = abuse
fault-rule-broad = { $summary } Nearly everything falls under this; send `force` to add it all the same.
fault-rule-broad-line = { $summary } Nearly everything falls under this.
fault-rule-trial = It would have hit { $hits } of the last { $all } comments, { $approved } of them approved.
fault-number = This is not a number that fits here.
fault-choose-file = Choose a file first.
fault-standing-broken = The activated model cannot be used ({ $why }); the one that ships with the program is.
fault-standing-shipped = The model that ships with the program, as it is: { $ham } { $clean } and { $spam } { $against } labels, and { $minimum } of each are needed before they count.
fault-standing-taught = The model that ships with the program, and what { $ham } { $clean } and { $spam } { $against } labels taught it.
fault-standing-own = The site's own model, and what { $ham } { $clean } and { $spam } { $against } labels taught it that it was not trained on.
fault-operators-only = Only operators may do this.
fault-none-given = none given
fault-unreadable = unreadable
fault-body-broken = The body broke off.
fault-body-compressed = Compressed bodies are not accepted.
fault-body-late = The body did not arrive within { $seconds } seconds.
fault-media-type = Send JSON, application/x-www-form-urlencoded or multipart/form-data.
fault-multipart = The multipart body cannot be read.
fault-multipart-parts = The multipart body has too many parts.
fault-form-type = Send the form as application/x-www-form-urlencoded.
fault-form-fields = The form has too many fields.
fault-form-broken = The form broke off, or cannot be read.
fault-form-behind = There is something behind the file.
fault-field-utf8 = A field is not UTF-8.
fault-field-long = A field is too long.
fault-form-nothing = The form names nothing to do.
fault-form-unsaid = The form does not say what is meant.
fault-form-block = The form names nothing to block.
fault-form-reason = The form names no reason.
fault-form-decision = The form names no decision.
fault-form-page-size = The form names no size of a page.
fault-form-comment = The form names something that is no comment.
fault-form-list = The form does not say which list it is about.
fault-at-once = At most { $most } comments can be decided at once.
fault-listeners = Too many listen already. Come back later.
fault-parameter-twice = The parameter is there twice.
fault-parameter-required = This parameter is required.
fault-parameter-value = This value is not one that this parameter takes.
fault-true-false = It is either true or false.
fault-question = There is no such question: it is `spam` or `abuse`.
fault-what-parameter = parameter
fault-what-field = field
fault-cursor = This cursor does not belong to this list.
fault-comment-id = This is not a comment's id.
fault-in-the-meantime = It was changed in the meantime; this is how it stands now.
fault-service-failed = The service failed. It is recorded.
fault-rule-star = `*` stands for a whole name only, as in *@example.org; for a domain and those below it, use a rule for the domain.
fault-rule-letters = Write plain letters here; this sign would be read as some.
fault-rule-many = A list has at most { $most } rules; this one has { $count }.
fault-look-others = { $who } looked at thresholds from { $from } to { $to }: look at this one first.
fault-not-trained = This training run has no model that could be measured.
fault-nothing-held-out = None of the site's labels is held out any more: there is nothing to measure it on.
fault-nul-in = has a NUL character in its { $field }
fault-mail-unwritten = it could not be written: see the log
fault-mail-folder = the folder for mail cannot be written: { $why }
fault-mail-slow = the mail server took too long
fault-hook-address = it must be an http or https address of at most { $most } bytes without a user name or password
fault-hook-private = it is in a network that is not public: see webhooks.allow_networks
fault-hook-refused = the address is refused: { $why }
fault-hook-connection = the connection failed: { $why }
fault-hook-exchange = the exchange failed: { $why }
fault-hook-request = the request cannot be put together
fault-hook-late = it took too long
fault-hook-host = the host's name was not found
fault-hook-host-private = the host's name leads into a network that is not public

## What was found in a file that was imported. As above.

fault-at-line = line { $line }: { $why }
fault-at-comment = comment { $place }: { $why }
fault-at-post = post { $place }: { $why }
fault-at-byte = byte { $place }: { $why }
fault-at-file = the file: { $why }
fault-at-database = the database: { $why }
fault-said-of = { $place }: { $why }
fault-import-no-text = no text
fault-import-fields = no text: was it listed with --fields and all of them?
fault-import-large = too large
fault-import-larger = larger than is read
fault-import-longer = longer than { $most } bytes
fault-import-row = { $problem }; no row may be longer than { $most } bytes
fault-import-unread = could not be read
fault-import-pingback = a pingback or trackback
fault-import-not-comment = not a comment
fault-import-backup-line = the line about the backup itself
fault-import-deleted = deleted, and its text with it
fault-import-names = too much to wait for the names
fault-import-thread-list = a thread without a list of comments
fault-import-website = a website that is none
fault-import-email = an email address that is none
fault-import-cut = a text that is too long: its middle is left out
fault-import-page = a page that is not known
fault-import-label = a label that is not understood
fault-import-status = a status that is not understood
fault-import-no-date = no date
fault-import-date = a date that is not understood
fault-import-early = a date before 1970
fault-import-future = a date in the future
fault-import-local = a date in local time alone
fault-import-answers-hidden = it answers a comment that is not public
fault-import-page-unknown = its page is not known
fault-import-marked-hidden = it is marked as not public
fault-import-marked-deleted = it is marked as deleted
fault-import-page-hidden = its page is marked as not public
fault-import-page-deleted = its page is marked as deleted
fault-import-thread-deleted = its thread was deleted
fault-import-thread-hidden = its thread is marked as not public
fault-import-post-password = its post has a password
fault-import-post-unknown = its post's state is not known here
fault-import-attached = what it is attached to is not public
fault-import-post-private = its post is private
fault-import-post-draft = its post is a draft
fault-import-post-pending = its post waits for review
fault-import-post-future = its post is to be published later
fault-import-post-trash = its post was thrown away
fault-import-no-spam = there is no spam among the labels
fault-import-no-spam-wordpress = there is no spam among the labels: WordPress leaves it out of its export; import `wp comment list --status=spam --format=json` too
fault-import-no-ham = there is nothing genuine among the labels
fault-import-nothing = there is no comment in it
fault-import-no-list = no list of comments; does another page stand there?
fault-import-reader = reading the file failed unexpectedly
fault-import-unpacked = it unpacks to more than { $most } MiB: import it with `hamlet import`
fault-import-bomb = it unpacks to more than any comments would: is it a decompression bomb?
fault-import-piece = one piece of it is larger than is read
fault-import-zip = it is a zip archive: unpack it, and import each file in it
fault-import-zip-empty = it is an empty zip archive
fault-import-7-zip = it is a 7-zip archive: unpack it, and import each file in it
fault-import-rar = it is a rar archive: unpack it, and import each file in it
fault-import-tar = it is a tar archive: unpack it, and import each file in it
fault-import-packed = it is compressed with { $how }: unpack it first ({ $command })
fault-import-packed-twice = it is compressed twice: unpack it once (gunzip)
fault-import-sqlite = it is an SQLite database: only --format isso reads one
fault-import-pdf = it is a PDF
fault-import-office = it is an old Excel or Word document: save it as CSV (UTF-8)
fault-import-postgresql = it is a dump of a PostgreSQL database: restore it, and export the comments from there
fault-import-sql = it is a dump of a database (SQL): export the comments with the system that they are of
fault-import-parquet = it is a Parquet file: convert it to JSON lines
fault-import-feed-blogger = it is a feed and no export of Blogger's: no entry says what it is
fault-import-feed-wordpress = it is a feed and no export of WordPress's: there is no element of wp: in it
fault-import-encoding = the file is not UTF-8 and was read as { $name }; where its letters are wrong, say what it is with --encoding, or convert it: iconv -f { $from } -t utf-8
fault-import-encoding-unknown = the file says that it is in { $label }, which is not known here, and was read as UTF-8; convert it: iconv -f { $from } -t utf-8
fault-import-byte = 1 byte was no text, and is { $mark } now
fault-import-bytes = { $many } bytes were no text, and are { $mark } now; where whole words are, say what the file is with --encoding
fault-import-isso-database = Isso's is a database, not a stream
fault-import-isso = not Isso's: { $why }
fault-import-not-json = not JSON: { $why }
fault-import-not-xml = not XML: { $why }
fault-import-deep = elements are nested more than { $most } deep
fault-import-rtf = it is a document of a word processor (RTF): save it as plain text
fault-import-utf-32 = it is in UTF-32, which is not read: convert it: iconv -f utf-32 -t utf-8
fault-import-yaml = it is YAML, which is not read: convert it to JSON lines
fault-import-movable-type = it is Movable Type's export: try --format movable-type
fault-import-no-zone = the file names no time zone: its dates were taken for universal time
fault-import-passed-over = "{ $name }" stands in an object of more than { $most } MiB, and was passed over
fault-import-day-first = dates such as { $date } have the day before the month, as others in the file show
fault-import-month-first = dates such as { $date } have the month before the day, as others in the file show
fault-import-later = it is to be published later
fault-import-ended = it was to be shown for a time only
fault-import-author-id = an author who is an id alone
fault-import-by-name = the file names pages by their BASENAME, and not by their addresses: move their comments with `hamlet site move-page`
fault-import-quote = a quotation mark is not closed
fault-import-header = the header again
fault-import-nested = nested too deeply
fault-import-system = no comment but an error of the system that it was fetched from: { $code }: { $message }
fault-import-not-closed = it ends early: <{ $name }> is not closed
fault-import-neither = neither an object nor a list of them: { $start }
fault-import-ends-early = the file ends early
fault-import-ends-quotation = the file ends early: a quotation mark is not closed
fault-import-ends-values = the file ends early: { $has } values, the header has { $wants }
fault-import-values = { $has } values, the header has { $wants }: is a quotation mark missing?
fault-import-open = it is not closed
fault-import-ends-inside = it ends early, inside of what its list stands in
fault-import-ends-list = it ends early, inside its list
fault-import-before-xml = what stands before the XML was passed over: { $line }
fault-import-column = the header names no column '{ $name }'
fault-import-column-text = the header names no column 'text'; it names { $names }
fault-import-no-header = there is no header: write the columns' names into a line before it (id, page, name, text, …)
fault-import-neither-label = the label { $label } is neither spam nor ham
fault-import-neither-question = the question { $question } is neither spam nor abuse
fault-import-reading = reading failed: { $why }
fault-import-is-it = there is no comment in it: is it { $wanted }? { $hint }
fault-wanted-wxr = WordPress's export (WXR)
fault-wanted-disqus = Disqus's export
fault-wanted-blogger = Blogger's export
fault-wanted-movable-type = Movable Type's export
fault-wanted-table = a table with a header
fault-hint-empty = It is empty.
fault-hint-json = It is JSON: try --format jsonl, or that of the system it comes from.
fault-hint-table = It begins with "{ $start }": if it is a table, try --format csv.
fault-hint-start = It begins with "{ $start }".
fault-hint-element = Its first element is <{ $name }>.
fault-hint-wxr = Its first element is <{ $name }>: try --format wxr.
fault-hint-disqus = Its first element is <{ $name }>: try --format disqus.
fault-hint-disqus-old = Its first element is <{ $name }>, as in Disqus's exports of before 2011: export it again, or convert it to JSON lines.
fault-hint-page = Its first element is <{ $name }>, which is a page and no export: was there an error when it was fetched?.
fault-hint-blogml = Its first element is <{ $name }>: that is BlogML, which is not read.
fault-hint-intensedebate = Its first element is <{ $name }>, as in IntenseDebate's exports, which are not read.
fault-hint-feed = Its first element is <{ $name }>, which is a feed: if it is Blogger's export, try --format blogger.

## The report of a model's evaluation, a page to keep

report-title = { $model }: evaluation
report-how-good = How good is { $model }?
report-measured-on = Measured on { $ham } ham and { $spam } spam from { $files }.
report-labels-of = the labels of “{ $site }” that no model is trained on, as they stood on { $day }
report-called-spam = called spam
report-called-ham = called ham
report-spam = spam
report-ham = ham
report-figure = figure
report-value = value
report-what-it-is = what it is
report-accuracy = accuracy
report-accuracy-text = share of texts called what they are, at probability one half
report-mcc = MCC
report-mcc-text = Matthews' correlation at one half: 0 for guessing, 1 for perfect
report-auc = AUC
report-auc-text = chance that a spam scores above a ham
report-average-precision = average precision
report-average-precision-text = area under precision and recall
report-log-loss = penalty for wrong scores
report-log-loss-text = mean surprise per text, in nats
report-calibration-error = how far scores are off
report-calibration-error-text = mean distance of probability from truth, 15 bins
report-thresholds = What a threshold costs
report-thresholds-text = The lowest threshold that wrongly blocks no more ham than the budget, and what it catches.
report-budget = budget of ham blocked
report-threshold = threshold
report-ham-blocked = ham blocked
report-spam-caught = spam caught
report-parts = By language and kind
report-parts-text = Blocked: at 0.95 and above; held: at 0.2 and above. In brackets and after ± the interval of 95 %: where texts are few, it is wide.
report-ham-held = ham held or blocked
report-spam-blocked = spam blocked
report-spam-held = spam held or blocked
report-language = language
report-kind = kind
report-curves = Curves
report-tells = What counts
report-tells-text = Tokens by the weight that they added, summed over the texts measured on.
report-texts = texts
report-mean-weight = mean weight
report-towards-spam = towards spam
report-towards-ham = towards ham
report-most-wrong = Most wrong
report-ham-highest = Ham that scored highest
report-spam-lowest = Spam that scored lowest
report-score = score
report-text = text
report-named = Who is named
report-named-text = Texts that name a group of people, where one harmless text in a hundred is flagged. BPSN: the chance that abuse without the term scores above harmless texts with it; low where the term itself is held against people. BNSP: that abuse with the term scores above harmless texts without it (Borkan et al., 2019).
report-term = term
report-harmless = harmless
report-abuse = abuse
report-harmless-flagged = harmless flagged
report-auc-among = AUC among them
report-bpsn = BPSN AUC
report-bnsp = BNSP AUC
report-axis-ham-blocked = share of ham blocked
report-axis-spam-caught = share of spam caught
report-axis-spam-blocked = share of spam among the blocked
report-axis-probability = predicted probability
report-axis-spam = share of spam
report-axis-class = share of the class
report-axis-labels = labels of these texts learnt
report-axis-auc = AUC on the rest
report-plot-caught = Spam caught against ham blocked over all thresholds; grey is guessing.
report-plot-precision = Precision and recall over all thresholds.
report-plot-calibration = Of the texts given a probability, how many were spam; grey is perfect.
report-plot-scores = Scores given to ham (green) and to spam (red).
report-plot-learning = The model taught with some of these texts, measured on the half kept out.

## The demo's page

demo-about = About this demo
demo-what = <strong>A demo of Hamlet.</strong> Post a comment below: it is held until a moderator approves it. Be the moderator at <a href="/desk" target="_blank">the desk</a> (it opens beside this page), then come back: what you approved is here.

## The widget on sites' pages. Its script names a sentence without the beginning, and the first letter after a hyphen large.

widget-edited = edited
widget-comments = Comments
widget-none = No comments yet. Yours could be the first.
widget-write = Leave a comment
widget-name = Name
widget-email = Email
widget-private = Your email address will not be published.
widget-website = Web site
widget-optional = if you like
widget-text = Comment
widget-notify = Mail me about replies
widget-send = Send
widget-sending = Sending…
widget-working = Checking that you are not a machine…
widget-reply = Reply
widget-reply-to = Reply to { $name }
widget-cancel = Cancel
widget-held = Thank you. Your comment awaits review.
widget-published = Thank you. Your comment is published.
widget-more = More comments
widget-failed = The comments could not be loaded.
widget-stranger = The service does not know this page’s address yet: { $name }. Whoever runs the site can add it to the site’s origins on the desk.
widget-again = Try again
widget-add-origin = Add it at the desk
widget-required = Please fill this in.
widget-bad-email = This is not an email address.
widget-bad-website = This is not a web address.
widget-too-long = This is too long.
widget-invalid = Some of it is not right yet.
widget-too-many = Too many comments came from here. Please try later.
widget-not-sent = Your comment was not sent. Your text is kept here; please try again.
fault-answered = it answered { $code }
fault-owner-command-line = command line
fault-owner-unknown = unknown owner
