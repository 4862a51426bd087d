### French. Groups and order are those of en.ftl, which also says what the arguments are.

## Why the policy decided as it did

because-not-judged = Le modèle n’a pas pu l’évaluer, il est donc mis en attente
because-score = Son score { $score } atteint le seuil du site de { $threshold }
because-trusted = { $approved ->
    [one] Son auteur a { $approved } commentaire approuvé ici, et son score est bas
   *[other] Son auteur a { $approved } commentaires approuvés ici, et son score est bas
}
because-not-this = Son auteur est de confiance, mais pas ce commentaire
because-person-decides = Une personne décide de chaque commentaire en dessous du seuil d’indésirables
because-few-labels = Seul ce qui a été marqué sur ce site indique un indésirable, et trop peu de commentaires ont été approuvés ici pour s’y fier : une personne décide
because-few-approved = { $needed ->
    [1] Son auteur n’a encore aucun commentaire approuvé ici
   *[other] Son auteur a moins de { $needed } commentaires approuvés ici
}
because-abuse = Semble injurieux : { $score } atteint le seuil du site de { $threshold }, une personne décide donc
because-imported = Il a été importé d’un autre système

## What the checks found

reason-honeypot = Un champ que les personnes ne voient pas a été rempli
reason-not-opened = Il a été envoyé sans ouvrir le formulaire
reason-forged = Le jeton de son formulaire n’a pas été créé ici
reason-too-soon = Le formulaire a été envoyé { $seconds } secondes après son ouverture
reason-too-late = { $hours ->
    [one] Le formulaire a été envoyé { $hours } heure après son ouverture
   *[other] Le formulaire a été envoyé { $hours } heures après son ouverture
}
reason-reused = { $count ->
    [one] { $count } commentaire vient d’un formulaire ouvert une seule fois
   *[other] { $count } commentaires viennent d’un même formulaire ouvert une seule fois
}
# 10 stands for 10 or more.
reason-repeated = { $times ->
    [1] Le même texte a déjà été envoyé une fois
    [10] Le même texte a déjà été envoyé 10 fois ou plus
   *[other] Le même texte a déjà été envoyé { $times } fois
}
reason-network = { $count ->
    [one] { $count } commentaire est venu
   *[other] { $count } commentaires sont venus
} de ce réseau en { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
reason-email = { $count ->
    [one] { $count } commentaire est venu
   *[other] { $count } commentaires sont venus
} de cette adresse e-mail en { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
reason-blocked-word = Il contient un mot bloqué : { $word }
reason-blocked-domain = Il contient un domaine bloqué : { $domain }
reason-blocked-email = Son adresse e-mail est bloquée
reason-blocked-network = Son réseau est bloqué
# 30 stands for 30 or more.
reason-copies = { $count ->
    [one] Presque identique à un autre commentaire
    [30] Presque identique à 30 autres ou plus
   *[other] Presque identique à { $count } autres
} ces { $days } derniers jours{ $spam ->
    [0] { "" }
   *[other] , dont { $spam } indésirables
}
reason-language = Hamlet ne connaît pas encore sa langue ({ $code }) : une personne décide
reason-links = { $count ->
    [one] Il contient { $count } lien
   *[other] Il contient { $count } liens
} ; le site en permet { $allowed }

## What the model read; it follows "because the comment" in a list

sign-looks = sa forme : longueur, majuscules, liens et symboles
sign-looks-links = { $links ->
    [one] { $links } lien
   *[other] { $links } liens
} en { $words ->
    [one] { $words } mot
   *[other] { $words } mots
}
sign-looks-capitals = { $percent } % de ses lettres sont des majuscules
sign-looks-short = fait moins de trois mots
sign-name = le nom « { $quoted } »
sign-email-domain = une adresse e-mail chez { $quoted }
sign-website = le site web { $quoted }
sign-passage = un passage qui, à lui seul, semble indésirable
sign-link = contient un lien vers { $quoted }
sign-email = donne une adresse e-mail
sign-mention = s’adresse à « { $quoted } »
sign-hashtag = porte le mot-clé « { $quoted } »
sign-number = contient le nombre « { $quoted } »
sign-symbol = contient « { $quoted } »
sign-spelled = écrit « { $quoted } » lettre à lettre
sign-word = dit « { $quoted } »
sign-order = la suite de ses mots, nombres et symboles
sign-links = { $links ->
    [0] aucun lien
    [1] un lien
   *[other] { $links } liens
} en { $words ->
    [1] un mot
   *[other] { $words } mots
}
sign-length = { $words ->
    [1] un mot
   *[other] { $words } mots
}
sign-symbols = { $percent } % de symboles
sign-exclamations = { $count ->
    [one] { $count } point d’exclamation
   *[other] { $count } points d’exclamation
}
sign-digits = { $percent } % de chiffres
sign-disguised = { $count ->
    [1] un caractère déguisé ou caché
   *[other] { $count } caractères déguisés ou cachés
}
sign-markup = { $count ->
    [1] un morceau de HTML
   *[other] { $count } morceaux de HTML
}

## Mails to moderators

mail-queue-heading = { $count ->
    [1] Un commentaire attend sur { $place }
   *[other] { $count } commentaires attendent sur { $place }
}
mail-queue-several-sites = plusieurs sites
mail-queue-subject = { $heading } : { $authors }
mail-queue-subject-others = { $heading } : { $authors } et d’autres
mail-queue-by = <strong><bdi>{ $author }</bdi></strong> sur <bdi>{ $page }</bdi>
mail-queue-by-linked = <strong><bdi>{ $author }</bdi></strong> sur <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-queue-by-text = { $author } sur { $page } ({ $site }), { $received }
mail-queue-score = Filtre anti-indésirables : <strong>{ $score }</strong>
mail-queue-score-text = Filtre anti-indésirables : { $score }
mail-queue-percent = (indésirable : { $percent })
mail-queue-why = Pourquoi il est peut-être indésirable :
mail-queue-approve = Approuver
mail-queue-spam = Indésirable
mail-queue-reject = Refuser
mail-queue-approve-text = Approuver :   { $url }
mail-queue-spam-text = Indésirable : { $url }
mail-queue-reject-text = Refuser :     { $url }
mail-queue-open = L’ouvrir dans la modération
mail-queue-open-text = Ouvrir :      { $url }
mail-queue-more = { $count ->
    [one] Et { $count } autre.
   *[other] Et { $count } autres.
}
mail-queue-more-linked = <a href="{ $url }">Et { $count ->
    [one] { $count } autre
   *[other] { $count } autres
} dans la modération</a>.
mail-queue-foot = <a href="{ $desk }">La modération</a> · <a href="{ $preferences }">Fréquence des e-mails</a> · <a href="{ $stop }">Ne plus recevoir ces e-mails</a>
mail-queue-foot-text =
    La modération : { $desk }
    Fréquence des e-mails : { $preferences }
    Pour ne plus recevoir ces e-mails : { $stop }
mail-queue-links = Chaque lien ouvre une page qui redemande avant que quoi que ce soit ne change. Les liens ne sont que pour vous et valent 7 jours ; merci de ne pas transférer cet e-mail.

mail-test-subject = Un e-mail d’essai de Hamlet sur { $service }
mail-test-title = Les e-mails arrivent
mail-test = Quelqu’un a demandé à Hamlet sur { $service } un e-mail d’essai. Le voici : les e-mails arrivent.
mail-test-look = S’il est arrivé dans le dossier des indésirables, voyez docs/mail.md : SPF, DKIM et DMARC disent de qui vient vraiment un e-mail.

## Mails to commenters

mail-confirm-subject = { $site } : voulez-vous être averti des réponses ?
mail-confirm-title = Réponses sur { $site }
mail-confirm-question = Voulez-vous être averti des réponses ?
mail-confirm-public = Vous avez demandé à être averti des réponses à vos commentaires sur { $site }. Votre commentaire sur <bdi>{ $page }</bdi> est maintenant public.
mail-confirm-public-text = Vous avez demandé à être averti des réponses à vos commentaires sur { $site }. Votre commentaire sur cette page est maintenant public :
mail-confirm-yes = Oui, m’avertir des réponses
mail-confirm-yes-text = Si vous voulez être averti des réponses, confirmez ici :
mail-confirm-no = Si vous n’avez rien demandé, ne faites rien : vous ne serez averti d’aucune réponse. Ou <a href="{ $url }">ne plus jamais être sollicité</a> sur { $site }.
mail-confirm-no-text = Si vous n’avez rien demandé, ne faites rien : vous ne serez averti d’aucune réponse. Pour ne plus jamais être sollicité sur { $site } :
mail-reply-heading = { $count ->
    [1] une réponse à votre commentaire
   *[other] { $count } réponses à vos commentaires
}
mail-reply-title = { $count ->
    [1] Une réponse à votre commentaire
   *[other] Réponses à vos commentaires
}
mail-reply-by = <strong><bdi>{ $author }</bdi></strong> a répondu sur <bdi>{ $page }</bdi>
mail-reply-by-linked = <strong><bdi>{ $author }</bdi></strong> a répondu sur <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-reply-by-text = { $author } a répondu à votre commentaire sur { $page } ({ $site }).
mail-reply-own = Vous avez écrit :
mail-reply-reply = La réponse :
mail-reply-more = { $count ->
    [one] Et { $count } autre.
   *[other] Et { $count } autres.
}
mail-reply-stop = Vous recevez cet e-mail car vous avez demandé à être averti des réponses sur { $site }. <a href="{ $url }">Ne plus recevoir ces e-mails</a>.
mail-reply-stop-text = Vous recevez cet e-mail car vous avez demandé à être averti des réponses sur { $site }. Pour arrêter :

## The comment form

form-title = Laisser un commentaire
form-title-refused = Votre commentaire n’a pas encore été envoyé
form-work-needs-script = Ce site demande à chaque expéditeur une preuve de travail, qui nécessite JavaScript.
form-name = Nom
form-email = E-mail
form-email-note = Votre adresse e-mail ne sera pas publiée.
form-website = Site web <span class="quiet">(facultatif)</span>
form-text = Commentaire
form-honeypot = Laissez ceci vide
form-replies = M’avertir des réponses par e-mail
form-send = Envoyer
read-title = Commentaires
read-none = Pas encore de commentaires.
read-count = { $count ->
    [one] { $count } commentaire
   *[other] { $count } commentaires
}
read-write = Laisser un commentaire
read-reply = Répondre à { $name }
read-more = Plus de commentaires
read-feed = Flux de ces commentaires
thanks-title = Merci
thanks-published = Votre commentaire est publié.
thanks-back = Retour à l’article
thanks-awaits = Votre commentaire est en attente de modération. Il apparaîtra dès qu’un modérateur l’aura approuvé.

## The pages that links in mails lead to

link-unknown = Ce lien ne fonctionne pas
link-unknown-text = Il a peut-être été coupé en chemin. Copiez le lien entier depuis l’e-mail.
link-expired = Ce lien est trop ancien
link-expired-text = Les liens des e-mails valent 7 jours. Rien n’a été changé.
link-refused = Ce lien ne fonctionne plus
link-refused-text = Le commentaire n’existe plus, ou le compte pour lequel le lien a été créé ne peut pas en décider.
link-by = <strong><bdi>{ $author }</bdi></strong> sur <bdi>{ $page }</bdi>
link-by-linked = <strong><bdi>{ $author }</bdi></strong> sur <a href="{ $url }" rel="noreferrer"><bdi>{ $page }</bdi></a>
link-score = Filtre anti-indésirables : { $score }
link-why = Pourquoi il est peut-être indésirable :
link-undo = Annuler
link-stale-title = Déjà décidé
link-stale = Ce commentaire a changé depuis l’envoi de l’e-mail
link-stale-now = Il est maintenant : { $status }. Ce lien n’a rien changé.
link-last-decided = { $who } a décidé « { $decision } » le { $when }.
link-last-undone = { $who } a annulé « { $decision } » le { $when }.

link-ask-undo = Annuler la dernière décision ?
link-ask-approve = Approuver ce commentaire ?
link-ask-spam = Ce commentaire est-il indésirable ?
link-ask-reject = Refuser ce commentaire ?
link-ask-trash = Mettre ce commentaire à la corbeille ?
link-ask-hold = Remettre ce commentaire dans la file ?
link-do-undo = Annuler la décision
link-do-approve = Approuver
link-do-spam = Marquer indésirable
link-do-reject = Refuser
link-do-trash = Mettre à la corbeille
link-do-hold = Remettre dans la file
link-because = Pourquoi, si vous voulez le dire
link-done-undo = Annulé.
link-done-approve = Approuvé : le commentaire est public.
link-done-spam = Marqué indésirable.
link-done-reject = Refusé : le commentaire reste non publié.
link-done-trash = Mis à la corbeille.
link-done-hold = Remis dans la file.

mail-stop = Ne plus recevoir d’e-mails sur les commentaires en attente ?
mail-stop-text = Vous ne recevrez plus d’e-mails sur les commentaires en attente, d’aucun site. Dans la modération, sous votre nom, vous pouvez plutôt choisir leur fréquence.
mail-stop-button = Ne plus recevoir ces e-mails
mail-stopped = Arrêté
mail-stopped-text = Vous ne recevrez plus d’e-mails sur les commentaires en attente. Dans la modération, sous votre nom, vous pouvez les réactiver.
replies-ask = Être averti des réponses sur { $site } ?
replies-ask-text = Quand quelqu’un répond à l’un de vos commentaires, vous recevez un e-mail. Chacun contient un lien pour les arrêter.
replies-yes = Oui, m’avertir des réponses
replies-stop = Ne plus recevoir d’e-mails sur les réponses sur { $site } ?
replies-stop-text = Vous ne recevrez plus d’e-mails de ce site et ne serez plus sollicité.
replies-stop-button = Ne plus recevoir ces e-mails
replies-confirmed = Vous serez averti des réponses
replies-confirmed-text = Vous recevrez un e-mail quand quelqu’un répondra à l’un de vos commentaires.
replies-stopped = Arrêté
replies-stopped-text = Vous ne recevrez plus d’e-mails sur les réponses de ce site.

## Signing in and out

sign-in = Se connecter
sign-in-email = E-mail
sign-in-password = Mot de passe
sign-in-forgot = Mot de passe oublié ? Demandez à un administrateur un lien à usage unique. Il le crée sur la machine même avec <code>hamlet moderator link</code>.
sign-in-nobody = Personne n’a encore de compte. Ouvrez le lien que Hamlet a affiché là où il a été démarré : il fonctionne une fois, pendant un jour. Redémarré, Hamlet en affiche un nouveau.
sign-in-wrong = L’adresse ou le mot de passe est incorrect.
sign-in-too-many = Trop de tentatives. Attendez un quart d’heure, puis réessayez.
sign-in-link-nobody = Bienvenue. Qui êtes-vous ?
sign-in-link-nobody-text = Ce lien ne sert qu’une fois. Ensuite, vous vous connecterez avec votre adresse et votre mot de passe.
sign-in-link-first = Bienvenue, { $name }
sign-in-link-choose = Choisissez un mot de passe.
sign-in-link-known = Ce lien ne sert qu’une fois ; ensuite, vous vous connecterez avec votre adresse, { $email }, et le mot de passe.
sign-in-link-again = Se connecter en tant que { $name }
sign-in-link-again-text = Ce lien ne sert qu’une fois. Choisissez ici un nouveau mot de passe si vous avez oublié l’ancien.
sign-in-link-errors = Quelque chose n’est pas encore correct ; voir ci-dessous.
sign-in-link-name = Nom
sign-in-link-name-note = Les autres modérateurs le voient à côté de vos décisions.
sign-in-link-email-note = Pour vous connecter et être averti des commentaires en attente. Elle est conservée chiffrée.
sign-in-link-new-password = Nouveau mot de passe <span class="quiet">ou laissez vide pour garder le vôtre</span>
sign-in-link-password-note = Au moins { $min } caractères. Quelques mots dont vous vous souvenez conviennent bien.
sign-in-link-gone = Ce lien n’est plus valable
sign-in-link-gone-text = Un lien de connexion ne sert qu’une fois, pendant 24 heures, et un nouveau remplace l’ancien.
sign-in-link-gone-else = <a href="/sign-in">Connectez-vous avec votre mot de passe</a>, ou demandez un nouveau lien à un administrateur.
sign-out = Se déconnecter
sign-out-ask = Se déconnecter ?
sign-out-back = Retour à la modération
sign-out-done = Vous êtes déconnecté
refused-title = Cela n’a pas fonctionné
refused-back = Vers la modération

## The desk: what every page has around it

desk = Modération
desk-mail-to-files = Le courrier est écrit dans des fichiers sous <code>{ $folder }</code> : personne ne le reçoit.
desk-mail-try = Le configurer et l’essayer
desk-unknown-proxy = Les requêtes passent par un proxy que le service ne connaît pas, si bien que tous les expéditeurs comptent pour un seul : les fréquences sont celles du proxy, et bloquer un réseau bloque tout le monde. Indiquez l’adresse du proxy dans <code>server.trusted_proxies</code>.
desk-skip = Aller aux commentaires
desk-main = Menu principal
desk-queue = File d’attente
desk-go = Aller à
desk-blocks = Bloqués
desk-batches = Décidés ensemble
desk-model = Modèle
desk-settings = Réglages
desk-privacy = Confidentialité
desk-activity = Activité
desk-statistics = Statistiques
desk-keys = Touches
desk-undo = Annuler
key-next = commentaire suivant, précédent
key-approve = approuver
key-spam = indésirable
key-reject = refuser : authentique mais non voulu ; n’apprend rien sur les indésirables
key-why = refuse et dit pourquoi : « injurieux » apprend ce qui l’est sur ce site
key-trash = corbeille
key-hold = remettre dans la file
key-undo = annuler votre dernière décision, sur toute page
key-select = sélectionner ; <kbd>Shift</kbd> <kbd>x</kbd> sélectionne tous ceux affichés
key-shift = <kbd>Shift</kbd> + une touche
key-selected = décide de tous ceux qui sont sélectionnés
key-open = ouvre le commentaire
key-thread = montre le commentaire dans son fil
key-search = chercher
key-block = bloquer l’auteur, un domaine, le réseau ou une phrase
key-answer = répondre au commentaire
key-palette = aller partout, tout faire
key-help = cette aide
keys-on = Utiliser ces touches
keys-close = Fermer

## The desk: the queue

queue-only-comments-by-one-author = Seulement les commentaires d’un auteur.
queue-change-the-filter-above = Modifiez le filtre ci-dessus.
queue-new-comments-appear-here-as = Les commentaires qu’une personne devrait voir apparaissent ici. Ceux qui sont presque sûrement indésirables sont sous Indésirables, et on peut les en sortir.
queue-meanwhile = Avec <kbd>j</kbd> et <kbd>k</kbd> vous parcourez une liste, avec <kbd>a</kbd> vous approuvez, avec <kbd>s</kbd> vous marquez comme indésirable, et <kbd>z</kbd> annule votre dernière action.
queue-no-comment-has-this-status = Aucun commentaire n’a ce statut.
queue-comments = Commentaires
queue-nothing-to-show = Rien à afficher
queue-nothing-matches = Aucun résultat
queue-nothing-waits-for-you = Rien ne vous attend
queue-nothing-here = Rien ici
queue-more-filters = Plus de filtres
queue-every-site = tous les sites
queue-any = indifférent
queue-with-a-link = avec lien
queue-without = sans
queue-apply = Appliquer
queue-approve = Approuver
queue-spam = Indésirable
queue-reject = Refuser
queue-trash = Corbeille
queue-why = Pourquoi, en refusant :
queue-why-unsaid = sans raison
queue-back-to-the-queue = Remettre dans la file
queue-search = Recherche
queue-site = Site
queue-score = Score
queue-order = Ordre
queue-page = Page
queue-reason = Raison
queue-links = Liens
queue-from = Du
queue-to = Au
queue-selected-comments = Commentaires sélectionnés :
queue-clear = Effacer
queue-read-on = Lire la suite
queue-first-page = Première page
queue-next-page = Page suivante
queue-page-size = Commentaires par page
queue-comments-by-status = Commentaires par statut
queue-text-name-or-website = Mots, nom, site web ou adresse e-mail
queue-path-or-address = /chemin ou adresse
queue-pages = Pages

queue-decide = Décider
queue-roomy = plus d’espace
queue-answers = Répond à
queue-a-reply = Une réponse
# Below a comment in a list that others are folded into: they are decided about with it.
queue-copies = { $count ->
    [one] Avec { $number } copie presque identique
   *[other] Avec { $number } copies presque identiques
} { $pages ->
    [one] sur une page
   *[other] sur { $pages } pages
}{ $sites ->
    [one] { "" }
   *[other] { " " }de { $sites } sites
}
queue-show-copies = Les montrer
queue-only-copies = Seulement les copies presque identiques d’un commentaire.
queue-only-decided = Cet ordre ne montre que les commentaires sur lesquels quelqu’un a décidé.
imports-title = Importations et pages déplacées
imports-imports = Importations jusqu’ici
imports-how = Les fichiers plus gros, et les commentaires pris directement sur un site, s’importent sur la machine où tourne Hamlet :
imports-none = Rien n’a encore été importé.
imports-new = { $count ->
    [one] { $number } nouveau commentaire
   *[other] { $number } nouveaux commentaires
}
imports-not-ended = Elle n’est pas terminée, ou est en cours. Relancée, elle reprend.
imports-taken-back = { $count ->
    [0] Entièrement annulée
    [one] Annulée, sauf un commentaire dont quelqu’un avait décidé
   *[other] Annulée, sauf { $number } commentaires dont quelqu’un avait décidé
}
imports-unchanged = { $count ->
    [one] { $number } était déjà là
   *[other] { $number } étaient déjà là
}
imports-ham = { $number } étiquetés authentiques
imports-spam = { $number } étiquetés indésirables
imports-unlabelled = { $number } sans étiquette
imports-orphans = { $count ->
    [one] { $number } répond à un commentaire qui n’est pas ici
   *[other] { $number } répondent à des commentaires qui ne sont pas ici
}
imports-withheld = { $number } non publics : { $why }
imports-skipped = { $number } omis : { $why }
imports-doubts = { $number } compris en partie seulement : { $why }
imports-not-understood = Ce qui n’a pas été compris, et ce qu’il faut savoir
imports-take-back = L’annuler
imports-what-goes = Supprimer ses commentaires et ce qui en a été appris, sauf ceux dont quelqu’un a décidé depuis
imports-take-it-back = Annuler cette importation
imports-say-that-you-are-sure = Confirmez que vous êtes sûr.
imports-removed = { $count ->
    [one] { $number } commentaire a de nouveau disparu.
   *[other] { $number } commentaires ont de nouveau disparu.
}
imports-kept = { $count ->
    [one] { $number } reste : quelqu’un en a décidé depuis.
   *[other] { $number } restent : quelqu’un en a décidé depuis.
}
imports-move-a-page = Déplacer les commentaires d’une page
imports-move-hint = Quand un article a changé d’adresse, ou qu’un fil a été coupé en deux : les commentaires rejoignent ceux qui y sont.
imports-from-page = De cette page
imports-to-page = Vers cette page
imports-move = Les déplacer
imports-moved = { $count ->
    [0] Il n’y a aucun commentaire sur cette page.
    [one] { $number } commentaire a été déplacé.
   *[other] { $number } commentaires ont été déplacés.
}
imports-no-such-site = Ce site n’existe pas.
imports-from-a-file = Importer un fichier
imports-file-hint = Les commentaires d’un autre système, avec ce qui en a été décidé. Vous voyez d’abord ce qui viendrait. Ce qui n’y était pas public attend ici.
imports-what-it-is = Ce que c’est
imports-find-out = Le reconnaître
imports-at-most = Au plus { $number } Mio, compressé avec gzip ou non. Au-delà :
imports-same-file = Rien n’en a été gardé : choisissez à nouveau le même fichier, et il sera importé.
imports-try-it = Voir ce qui viendrait
imports-do-it = Importer
imports-would-come = { $count ->
    [0] Aucun commentaire n’en viendrait.
    [one] { $number } commentaire en viendrait.
   *[other] { $number } commentaires en viendraient ; ceux qui sont déjà ici restent tels quels.
}
imports-too-large = Au plus { $number } Mio sont acceptés ici. Importez-le sur la machine où tourne Hamlet.
imports-choose-a-file = Choisissez d’abord un fichier.
imports-no-such-format = Ce format n’existe pas.
comment-copies = Copies presque identiques
comment-copies-say = { $count ->
    [one] Avec { $number } copie presque identique
   *[other] Avec { $number } copies presque identiques
} { $pages ->
    [one] il est sur une page
   *[other] il est sur { $pages } pages
}{ $sites ->
    [one] { "" }
   *[other] { " " }de { $sites } sites
}
comment-copies-elsewhere = { $count ->
    [one] Une autre est sur un site que vous ne modérez pas.
   *[other] { $number } autres sont sur des sites que vous ne modérez pas.
}
comment-copies-too = { $verb } : { $count ->
    [one] aussi la copie en attente
   *[other] aussi les { $number } copies en attente
}
queue-site-name = nom du site
queue-sites-like-that = Sites portant un tel nom :
status-pending = En attente
status-approved = Approuvés
status-spam = Indésirables
status-rejected = Refusés
status-trash = Corbeille
status-all = Tous
order-newest = Les plus récents
order-oldest = Les plus anciens
order-uncertain = Les plus incertains
order-spammiest = Indésirables d’abord
order-abusive = Les plus injurieux d’abord
order-decided = Derniers décidés d’abord
abuse-abuse = Injures
abuse-seems = Semble injurieux, { $percent } %
abuse-seems-kind = Semble injurieux, { $percent } % : { $kind }
abuse-seems-not = Ne semble pas injurieux, { $percent } %
abuse-no-language = Pas évalué pour les injures : le modèle ne connaît pas la langue
abuse-likely = probablement injurieux
abuse-sure = presque sûrement injurieux
abuse-severe = très haineux
abuse-insult = une insulte
abuse-threat = une menace
abuse-identity-attack = contre ce que sont les gens
abuse-obscene = obscène
abuse-sexual = sexuel
check-honeypot = champ caché rempli
check-timing = formulaire envoyé trop vite ou trop tard
check-duplicate = le même texte à nouveau
check-rate = beaucoup d’un même endroit
check-blocklist = mot ou adresse bloqué
check-links = beaucoup de liens
check-language = une langue que Hamlet ne connaît pas
check-copies = copies presque identiques ailleurs
queue-language = Langue
comment-language = Langue : { $code }
score-none = non évalué
score-spam = probablement indésirable
score-uncertain = incertain
score-genuine = probablement authentique
score-sure-spam = presque sûrement indésirable
score-sure-genuine = presque sûrement authentique
score-likely = de risque d’indésirable
why-reviewed = Ce site relit chaque commentaire
age-now = à l’instant
age-minutes = il y a { $number } min
age-hours = il y a { $number } h
age-days = il y a { $number } j

## The desk: first steps

start-title = Premiers pas
start-done = fait
start-site = Ajoutez votre site, avec l’adresse de ses pages
start-page = Mettez les deux lignes sur une page et ouvrez-la une fois
start-comment = Recevez un premier commentaire
start-mail = Configurez l’e-mail et envoyez-vous un essai
start-people = Invitez un collègue

## The desk: block rules

blocks-title = Bloqués
blocks-what-they-are = Les commentaires visés par une de ces règles sont mis en attente ou classés indésirables, quel que soit leur score. Rien n’est jeté.
blocks-none = Rien n’est bloqué
blocks-how-to = Ouvrez un commentaire et choisissez « Bloquer » (touche <kbd>b</kbd>) pour bloquer son auteur, un domaine, son réseau ou une phrase.
blocks-added = La règle est en vigueur.
blocks-what = Quoi
blocks-where = Où
blocks-does = Alors
blocks-until = Jusqu’au
blocks-by = Créée par
blocks-hidden = (seule son empreinte est conservée)
blocks-remove = Supprimer
blocks-hits = Touchés récemment
blocks-hits-of = { $hits } des { $all } derniers, { $approved } approuvés
blocks-hit-last = le dernier { $when }
blocks-hits-none = aucun des { $all } derniers
blocks-import = Ajouter une liste
blocks-import-what = Les mots interdits de WordPress, une liste de domaines ou d’adresses, un par ligne, ou un fichier enregistré ici. Le type de chaque ligne est reconnu d’après elle.
blocks-import-list = La liste, une entrée par ligne
blocks-import-try = L’essayer d’abord
blocks-import-do = Ajouter la liste
blocks-import-site = Pour quel site
blocks-import-tried = { $new } règles seraient ajoutées, { $known } y sont déjà. Ensemble, elles auraient touché { $hits } des { $all } derniers commentaires, dont { $approved } approuvés.
blocks-imported = { $new } règles ont été ajoutées, { $known } y étaient déjà.
blocks-import-refused = Non acceptées :
blocks-import-line = Ligne { $line } : { $text }
blocks-export = Enregistrer les règles dans un fichier
blocks-remove-named = Supprimer la règle { $what }
block-title = Bloquer
block-what = Ce qui est bloqué
block-word = le mot ou la phrase
block-phrase = Mot ou phrase
block-email = l’adresse
block-network = le réseau
block-domain = le domaine
block-trial = Aurait touché { $hits } des { $all } derniers commentaires, dont { $approved } approuvés.
block-then = Ce qu’il advient de ces commentaires
block-holds = une personne les regarde
block-spam = ils sont indésirables
block-how-long = Pour combien de temps
block-a-week = une semaine
block-a-month = un mois
block-a-year = un an
block-for-good = pour toujours
block-note = Pourquoi <span class="quiet">facultatif</span>
block-everywhere = Sur tous les sites
block-force = L’ajouter bien qu’elle en touche autant
block-do = Bloquer
block-try = Essayer seulement

## The desk: what the last form did

flash-unchanged = Rien n’a été changé.
flash-noted = La note est dans l’historique.
flash-answered = Votre réponse est publiée.
flash-edited = Le texte est modifié ; l’ancien est dans l’historique.
flash-unedited = Le texte est redevenu celui d’avant la modification.
flash-erased = C’est supprimé définitivement.
flash-nothing-to-undo = Il ne reste rien du dernier jour à annuler.
flash-broken-undo = { $count ->
    [one] Le service a échoué avant d’en arriver à { $number } autre commentaire.
   *[other] Le service a échoué avant d’en arriver à { $number } autres commentaires.
}
flash-broken = Puis le service a échoué : le reste est inchangé. Réessayez.
flash-left-own = { $count ->
    [one] { $number } a été laissé tel quel : vous l’aviez déjà modifié.
   *[other] { $number } ont été laissés tels quels : vous les aviez déjà modifiés.
}
flash-left = { $count ->
    [one] { $number } a été laissé tel quel : il a changé entre-temps. Regardez-le à nouveau.
   *[other] { $number } ont été laissés tels quels : ils ont changé entre-temps. Regardez-les à nouveau.
}
flash-left-by = { $count ->
    [one] { $number } a été laissé tel quel : { $who } l’a modifié entre-temps. Regardez-le à nouveau.
   *[other] { $number } ont été laissés tels quels : { $who } les a modifiés entre-temps. Regardez-les à nouveau.
}
flash-undo-rest = Annuler le reste
flash-undo-all = { $count ->
    [one] Annuler
   *[other] Annuler les { $number }
}

## The desk: lists with a name

views-title = Listes enregistrées
views-what-they-are = Des filtres et des ordres auxquels vous avez donné un nom. Chaque liste a sa propre adresse, à mettre en favori.
views-none = Aucune pour l’instant
views-how-to = Restreignez la file avec les filtres, puis gardez la liste sous un nom.
views-remove = Supprimer
views-remove-named = Supprimer la liste { $name }
views-change = modifier
views-keep = Garder cette liste
views-name = Nom
views-keep-it = Garder
views-too-long = Ces filtres sont trop longs pour être gardés.
views-too-many = Il y a déjà { $number } listes. Supprimez-en une d’abord.

## What the desk's scripts say. "count" chooses the form of a sentence, "number" is the number as it is written.

number-separator = { " " }
language-name = Français
language-direction = ltr
js-decided-approve = { $count ->
    [one] { $number } commentaire approuvé.
   *[other] { $number } commentaires approuvés.
}
js-decided-spam = { $count ->
    [one] { $number } commentaire marqué indésirable.
   *[other] { $number } commentaires marqués indésirables.
}
js-decided-reject = { $count ->
    [one] { $number } commentaire refusé.
   *[other] { $number } commentaires refusés.
}
js-decided-trash = { $count ->
    [one] { $number } commentaire mis à la corbeille.
   *[other] { $number } commentaires mis à la corbeille.
}
js-decided-hold = { $count ->
    [one] { $number } commentaire remis dans la file.
   *[other] { $number } commentaires remis dans la file.
}
js-taken-back = { $count ->
    [one] Annulé pour { $number } commentaire.
   *[other] Annulé pour { $number } commentaires.
}
js-did-approve = approuvé
js-did-spam = marqué indésirable
js-did-reject = refusé
js-did-trash = mis à la corbeille
js-did-hold = remis dans la file
js-verb-approve = Approuver
js-verb-spam = Marquer indésirable
js-verb-reject = Refuser
js-verb-trash = Mettre à la corbeille
js-verb-hold = Remettre dans la file
js-why-abuse = injurieux
js-why-off_topic = hors sujet
js-why-low_quality = n’apporte rien
js-why-private_information = informations privées
js-why-impersonation = se fait passer pour quelqu’un
js-why-illegal = contraire à la loi
js-reject-because = Refuser : { $reason }
js-reject-why = Refuser et dire pourquoi
js-now-pending = en attente
js-now-approved = approuvé
js-now-spam = indésirable
js-now-rejected = refusé
js-now-trash = à la corbeille
js-line-approve = Approuvé : { $who }
js-line-spam = Marqué indésirable : { $who }
js-line-reject = Refusé : { $who }
js-line-trash = À la corbeille : { $who }
js-line-hold = Remis dans la file : { $who }
js-undo = Annuler
js-undo-line = Annuler : { $what }
js-close = Fermer
js-leave-them = Annuler
js-sure = { $verb } : { $count ->
    [one] { $number } commentaire ?
   *[other] { $number } commentaires ?
}
js-sure-yes = { $verb } : { $number }
js-show = Montrer
js-selected = { $count ->
    [one] { $number } sélectionné
   *[other] { $number } sélectionnés
}
js-select-all = Tout sélectionner à l’écran
js-all-done = Tout est fait ici
js-what-else = Voir ce qu’il reste
js-signed-out = vous êtes déconnecté.
js-sign-in = Se connecter
js-no-answer = le service ne répond pas. Réessayez.
js-not-decided-approve = Pas approuvé.
js-not-decided-spam = Pas marqué indésirable.
js-not-decided-reject = Pas refusé.
js-not-decided-trash = Pas mis à la corbeille.
js-not-decided-hold = Pas remis dans la file.
js-comment-by = le commentaire de { $who }
js-comments = { $count ->
    [one] { $number } commentaire
   *[other] { $number } commentaires
}
js-failed = Pas fait : { $what } : { $why }
js-just-back = il venait de revenir. Regardez à nouveau.
js-gone = N’est plus là : { $what }.
js-faster = { $who } a été plus rapide : { $what }, maintenant { $status }. Regardez à nouveau.
js-faster-many = { $who } a modifié avant vous : { $what }. Regardez à nouveau.
js-you-before = Vous aviez déjà modifié : { $what }. Regardez à nouveau.
js-changed = Modifié entre-temps : { $what }. Regardez à nouveau.
js-before-you = { $who } a décidé avant vous : { $did }, { $when }.
js-you-decided = Vous avez déjà décidé : { $did }, { $when }.
js-edited-before-you = { $who } a modifié le texte, { $when }. Relisez-le.
js-undone-before-you = { $who } a annulé une décision : maintenant { $status }, { $when }.
js-changed-now = Il a changé entre-temps : maintenant { $status }.
js-decided-by = { $who } : { $did }, { $when }
js-changed-since = { $who } l’a modifié depuis : maintenant { $status }.
js-changed-since-you = Vous l’avez modifié depuis : maintenant { $status }.
js-not-taken-back = Pas annulé.
js-some-not-taken-back = Pas pour { $what } : { $why }
js-rest-changed = Quelqu’un a modifié le reste depuis.
js-you = Vous
js-seconds-ago = il y a { $number } s
js-minutes-ago = il y a { $number } min
js-at = à { $when }
js-select-first = Sélectionnez d’abord un commentaire : touche j.
js-select-some = Sélectionnez d’abord des commentaires.
js-not-loaded = { $count ->
    [one] Les commentaires suivants n’ont pas pu être chargés : une touche n’a pas servi.
   *[other] Les commentaires suivants n’ont pas pu être chargés : { $number } touches n’ont pas servi.
}
js-new = { $count ->
    [one] { $number } nouveau : montrer
   *[other] { $number } nouveaux : montrer
}
js-more = Plus
js-open = Ouvrir
js-undo-last = Annuler votre dernière décision
js-keys = Touches
js-what-to-do = Où aller, ou que faire ?
js-nothing-like-that = Rien ne s’appelle ainsi
js-saved-list = liste
js-looking = { $who } le regarde

## The desk: a comment by itself

text-invisible = { $code } : un caractère invisible
comment-comment = Commentaire
comment-plus-speaks-for-spam-minus = Plus compte pour un indésirable, moins contre.
comment-history = Historique
comment-judgement = Évaluation
comment-author = Auteur
comment-decided-before = Décisions antérieures
comment-checks-that-fired = Contrôles déclenchés
comment-what-counted-in-the-text = Ce qui a compté dans le texte
comment-also-by-this-author = Aussi de cet auteur
comment-from-the-same-network = Du même réseau
comment-with-the-same-web-site = Avec le même site web
comment-note-for-the-history-with = Note <span class="quiet">pour l’historique, avec une décision ou seule</span>
comment-email = E-mail
comment-website = Site web
comment-comments = Commentaires
comment-add-note = Ajouter une note
comment-next = Suivant
comment-block = Bloquer
comment-answer = Répondre
comment-answer-as = Votre réponse, publiée sous le nom { $name }
comment-answer-approves = Approuver le commentaire auquel elle répond
comment-answer-send = Publier la réponse
comment-thread = Fil
answer-needs-address = Votre compte doit avoir une adresse e-mail avant que vous puissiez répondre.
verdict-publish = publié aussitôt
verdict-hold = mis en attente d’une personne
verdict-spam = mis de côté comme indésirable
decision-approve = approuver
decision-spam = indésirable
decision-reject = refuser
decision-trash = corbeille
decision-hold = mettre en attente
history-arrived = Reçu : { $to }
history-decided = a décidé « { $decision } » : maintenant { $to }
history-undone = a annulé « { $decision } » : à nouveau { $to }
history-revealed = a consulté l’adresse complète
history-edited = a modifié le texte
history-edit-undone = a annulé la modification du texte
history-before = Le texte d’avant
history-noted = a noté
door-token = API
door-mail = par e-mail
door-client = signalé par un programme
door-command = ligne de commande
door-other = autre
comment-show-it-whole = Afficher l’adresse
comment-taken-back = (annulé)
comment-that-you-looked-goes-into = L’historique dit alors que vous l’avez consultée.
comment-all-of-theirs-that-wait = Tous ses commentaires en attente

## The desk: before many are decided

confirm-these-are-all-that-match = Ce sont tous ceux qui correspondent à la liste d’où vous venez, sur toutes les pages. Vous pouvez les annuler ensemble pendant 30 jours, ici ou sous <a href="/desk/batches">Décidés ensemble</a>.
confirm-leave-them = Annuler
confirm-question = { $verb } : { $count ->
    [one] { $number } commentaire ?
   *[other] { $number } commentaires ?
}
confirm-all = { $verb } : les { $number }

## The desk: what was decided together

batches-decided-together = Décidés ensemble
batches-what-was-decided-about-several = Ce qui a été décidé sur plusieurs commentaires à la fois ces 30 derniers jours. L’annulation ne touche pas à ce que quelqu’un a décidé depuis.
batches-select-several-comments-or-all = Sélectionnez plusieurs commentaires, ou tous ceux qui correspondent, et décidez : cela apparaîtra ici.
batches-nothing-was = Rien pour l’instant
batches-taken-back = annulé
batches-taking-back = est en cours d’annulation

## The desk: what operators did

statistics-none = Depuis hier, aucun commentaire n’est arrivé.
statistics-lately = { $count ->
    [one] Depuis hier, { $number } commentaire est arrivé
   *[other] Depuis hier, { $number } commentaires sont arrivés
} : { $aside } mis de côté comme indésirables, { $published } publiés, { $held } en attente de décision.
statistics-at-least = { $count ->
    [one] Depuis hier, au moins { $number } commentaire est arrivé ; d’autres restent à compter.
   *[other] Depuis hier, au moins { $number } commentaires sont arrivés ; d’autres restent à compter.
}
statistics-waiting = { $count ->
    [0] Rien n’attend maintenant.
    [one] { $number } commentaire attend maintenant.
   *[other] { $number } commentaires attendent maintenant.
}
statistics-over = { $count ->
    [one] En { $number } jour
   *[other] En { $number } jours
} : { $came } arrivés, dont { $aside } mis de côté d’office comme indésirables ; des personnes en ont repris { $back } et ont marqué indésirables { $missed } passés à travers.
statistics-until = Compté jusqu’à { $at } (UTC). Les jours sont ceux d’UTC ; les commentaires importés ne sont pas comptés.
statistics-days = { $count ->
    [one] { $number } jour
   *[other] { $number } jours
}
statistics-period = Période
statistics-every-site = Tous les sites
statistics-csv = Ces totaux en fichier CSV
statistics-by-day = Commentaires par jour
statistics-by-day-chart = Commentaires arrivés par jour, ceux mis de côté comme indésirables au-dessus des autres
statistics-decisions = Décisions par jour
statistics-decisions-chart = Décisions par jour, sans celles annulées
statistics-wait = Délai jusqu’à la première décision
statistics-wait-chart = Commentaires mis en attente, par heures jusqu’à la première décision, jusqu’à un jour
statistics-wait-none = Aucun commentaire mis en attente n’a encore fait l’objet d’une décision.
statistics-wait-half = La moitié a attendu moins de { $time }.
statistics-wait-half-more = Plus de la moitié a attendu plus d’un jour.
statistics-within = En moins de
statistics-share = Part
statistics-minutes = { $count ->
    [one] { $number } minute
   *[other] { $number } minutes
}
statistics-hours = { $count ->
    [one] { $number } heure
   *[other] { $number } heures
}
statistics-longer = plus longtemps
statistics-hours-axis = heures jusqu’à la décision
statistics-key-came = <span class="spam">mis de côté comme indésirables</span> <span class="ham">les autres</span>
statistics-bar-day = { $day } : { $came } arrivés, { $aside } mis de côté comme indésirables
statistics-bar-decided = { $day } : { $decided } décidés
statistics-bar-wait = après { $from } à { $to } heures : { $comments }
statistics-day = Jour
statistics-came = Arrivés
statistics-aside = Mis de côté
statistics-held = Mis en attente
statistics-published = Publiés
statistics-decided = Décidés
statistics-back = Annulés
statistics-missed = Passés à travers
statistics-by-site = Par site
statistics-by-page = Par page
statistics-by-page-text = Les vingt qui ont reçu le plus de commentaires.
statistics-by-language = Par langue
statistics-by-because = Pourquoi
statistics-by-because-text = Ce qui a fait publier, retenir ou mettre de côté par Hamlet.
statistics-by-reason = Raisons données par les personnes
statistics-site = Site
statistics-page = Page
statistics-language = Langue
statistics-reason = Raison
statistics-people = Qui a décidé
statistics-people-you = Ce que vous avez décidé
statistics-people-text = Par ordre de noms. « Modifiés » : ceux dont un collègue a ensuite décidé autrement ou qu’il a annulés ; chacun voit sa ligne, les administrateurs toutes.
statistics-person = Personne
statistics-changed = Modifiés
statistics-stood = Laissés tels quels
statistics-nothing = Rien pour l’instant.
statistics-nothing-text = Quand des commentaires arrivent et que l’on en décide, ce qu’ils sont devenus est totalisé ici quelques minutes plus tard.
statistics-unknown = inconnu
statistics-because-score = probablement indésirable d’après son score
statistics-because-trusted = un auteur de confiance
statistics-because-trusted_not_this = un auteur de confiance, mais pas ce commentaire
statistics-because-labels_too_few = trop peu d’étiquettes pour s’y fier
statistics-because-all_reviewed = le site relit tout
statistics-because-few_approved = trop peu de commentaires de l’auteur ont été approuvés
statistics-because-abuse = probablement injurieux
statistics-because-not_judged = le modèle n’a pas pu évaluer
activity-activity = Activité
activity-on-sites = sur { $count ->
    [one] { $count } site
   *[other] { $count } sites
}
activity-nothing-yet = Rien pour l’instant.
activity-what-operators-did = Ce que les administrateurs ont fait
activity-when = Quand
activity-who = Qui
activity-what = Quoi
activity-to-what = Sur quoi
activity-more = Plus
activity-older = Plus anciens
activity-acts = Actions
activity-decisions = Décisions
activity-decisions-text = Qui a décidé quoi, le plus récent d’abord. Ce dont personne n’a décidé depuis peut être annulé ici.
activity-nothing-decided = Rien n’a encore été décidé.
activity-earlier = Antérieures
activity-decided = { $did } : un commentaire de { $author }
activity-undo = Annuler : { $what }
act-address-reveal = a consulté une adresse complète
act-comments-export = a exporté des commentaires
act-comments-import = a importé des commentaires
act-comments-import-undo = a annulé une importation
act-key-add = a créé la clé d’un programme
act-key-revoke = a révoqué la clé d’un programme
act-mail-retry = a réessayé un e-mail
act-model-activate = a mis un modèle en service
act-model-roll-back = est revenu au modèle précédent
act-model-train = a lancé un entraînement
act-person-add = a ajouté un modérateur
act-person-change = a modifié un compte
act-person-link = a créé un lien de connexion
act-person-password = a défini un mot de passe
act-person-remove = a supprimé un modérateur
act-rule-add = a ajouté une règle de blocage
act-rule-import = a ajouté une liste de règles de blocage
act-rule-remove = a supprimé une règle de blocage
act-samples-add = a ajouté des textes étiquetés
act-sealing-key-retire = a retiré les anciennes clés de chiffrement
act-sealing-key-rotate = a remplacé la clé de chiffrement
act-session-end-all = s’est déconnecté partout
act-site-add = a ajouté un site
act-site-change = a modifié un site
act-site-abuse-trial = a vu ce que ferait la mise en attente pour injures
act-site-remove = a supprimé un site
act-subject-erase = a effacé les données d’une personne
act-subject-export = a consulté les données d’une personne
act-token-add = a créé un jeton
act-token-revoke = a révoqué un jeton
act-webhook-add = a ajouté un webhook
act-webhook-remove = a supprimé un webhook

## The desk: your account

me-your-account = Votre compte
me-saved = Enregistré.
me-nothing-was-saved-some-of = Rien n’a été enregistré : quelque chose n’est pas correct.
me-ends-every-session-of-yours = Ferme toutes vos sessions, celle-ci comprise, et annule les liens de connexion inutilisés. Les jetons que vous avez créés restent valables.
me-mail-to-files = Aucun serveur de messagerie n’est encore configuré : aucun e-mail ne vous parvient.
me-mail-about-comments-that-wait = E-mails sur les commentaires en attente
me-address-and-password = Adresse et mot de passe
me-sessions = Sessions
me-as-above = comme ci-dessus
me-another-site = Un autre site
me-another-hint = Son nom dans les adresses : il aura alors sa propre ligne ci-dessus.
me-save = Enregistrer
me-language = Langue
me-language-of-browser = comme le navigateur
me-sign-out-everywhere = Se déconnecter partout
me-name = Nom
me-other-moderators-see-it-beside = Les autres modérateurs le voient à côté de vos décisions.
me-new-address = Nouvelle adresse
me-leave-it-empty-to-keep = Laissez vide pour garder la vôtre.
me-new-password = Nouveau mot de passe
me-at-least-10-characters-it = Au moins 10 caractères. Vous serez déconnecté partout ailleurs.
me-present-password = Mot de passe actuel
me-needed-to-change-the-address = Nécessaire pour changer l’adresse ou le mot de passe.

## The desk: a site

site-settings = <a href="/desk/settings">Réglages</a>
site-saved = Enregistré.
site-nothing-was-saved-some-of = Rien n’a été enregistré : quelque chose n’est pas correct.
site-otherwise-it-is-judged-and = Sinon, c’est évalué puis oublié. <a href="/desk/settings#keys">Leurs clés</a> sont dans les réglages.
site-on-your-pages = Sur vos pages
site-snippet-hint = Placez ces deux lignes là où les commentaires doivent apparaître, puis ouvrez cette page une fois.
site-what-scores-do = Ce que font les scores
site-what-counts-as-evidence = Ce qui compte comme indice
site-programs-that-ask-about-comments = Programmes connectés
site-name = Nom
site-origins-of-its-pages-one = Adresses de ses pages, une par ligne
site-origins-hint = Seules les pages de là peuvent montrer et envoyer ses commentaires depuis un navigateur.
site-origin-proposed = <bdi>{ $origin }</bdi> est inscrit plus bas et pas encore enregistré. Enregistrez-le s’il est à vous.
site-save = Enregistrer
site-remove = Retirer ce site
site-remove-text = Il disparaît avec ses commentaires, modèles, règles, clés et réglages : aussitôt, pour tous et définitivement.
site-remove-type = Tapez { $name } pour confirmer
site-remove-mismatch = Ce n’est pas le nom du site à retirer. Il est toujours là.
site-a-comment-without-a-form = Un commentaire sans jeton de formulaire compte pour un indésirable
site-what-they-ask-about-is = Ce qu’ils soumettent est conservé pour être relu ici
site-careful = Prudent
site-balanced = Équilibré
site-strict = Strict
site-spam-proposed = { $percent } % est inscrit plus bas et pas encore enregistré.
site-spam-from = Indésirable à partir de
site-a-score-from-0-to = À partir de ce score, un commentaire est mis de côté comme indésirable : de 1 à 100.
site-authors-are-trusted-after = Auteurs de confiance après
site-so-many-comments-of-theirs = Autant de commentaires approuvés par une personne, tous envoyés depuis un même navigateur et avec une même adresse. Ils sont alors publiés aussitôt, tant que rien ne parle contre eux et qu’ils n’ont pas de lien nouveau. Vide : personne, et une personne voit chaque commentaire.
site-published-at-once-below = Publié aussitôt en dessous de
site-a-trusted-author-s-comment = Le commentaire d’un auteur de confiance avec un score inférieur n’a pas besoin d’être relu : en dessous de celui qui précède.
site-links = Liens
site-more-in-one-comment-speak = Davantage dans un commentaire indique un indésirable.
site-seconds = Secondes
site-a-form-sent-sooner-after = Un formulaire envoyé plus tôt après son ouverture compte pour un indésirable.
site-hours = Heures
site-a-form-sent-later-after = Un formulaire envoyé plus tard après son ouverture aussi.
site-keeping = Combien de temps
site-spam-days = Jours pour les indésirables
site-so-many-days-after = Autant de jours après avoir été classé indésirable, il est supprimé pour de bon ; ce que les modèles en ont appris reste. Vide : jamais.
site-trash-days = Jours pour la corbeille
site-likewise-the-trash = De même pour ce qui est dans la corbeille.
site-pages = Adresses des pages
site-trailing-slash = Une barre oblique à la fin
site-slash-kept = compte : /post et /post/ sont deux pages
site-slash-added = est toujours là : /post est /post/
site-slash-removed = n’est jamais là : /post/ est /post
site-drop-index = /post/index.html est /post/
site-parameters = Paramètres qui distinguent les pages
site-parameters-hint = Par exemple p, séparés par des espaces ; un tiret seul : aucun. Vide : tous sauf ceux qui disent d’où vient un lecteur (utm_source, fbclid et d’autres). Quand ceci change, les commentaires vont là où est maintenant leur page.
site-proof-of-work = Preuve de travail
site-zero-bits-1-to-24 = Combien le navigateur de l’expéditeur travaille avant de pouvoir envoyer : de 1 à 24 bits ; 16 prennent un instant. Vide : pas du tout.
site-abuse = À quel point les commentaires semblent injurieux
site-abuse-off = n’est pas évalué
site-abuse-show = est montré aux modérateurs
site-abuse-hold = est montré, et les commentaires qui semblent injurieux leur sont réservés
site-abuse-hint = Avant que quoi que ce soit ne soit retenu, voyez ce que cela aurait fait.
site-abuse-from = Retenu à partir de
site-abuse-from-hint = De 50 à 100. Elle seule ne publie, n’écarte et ne jette jamais rien.

## The desk: settings

settings-settings = Réglages
settings-none-a-program-that-moderates = Aucun. Un programme qui modère ou importe se connecte avec l’un d’eux.
settings-send-me-a-test-mail = M’envoyer un e-mail d’essai
settings-mail-how = Le courrier est distribué dès que <code>mail.url</code> (ou <code>HAMLET_MAIL__URL</code>) indique un serveur de courrier, comme <code>smtp://user:password@mail.example.org</code>, et que Hamlet a été redémarré. <code>docs/mail.md</code> a des recettes pour les fournisseurs habituels.
settings-none-everything-was-delivered-or = Aucun : tout a été remis, ou est encore en cours d’envoi.
settings-sites = Sites
settings-moderators = Modérateurs
settings-tokens-for-programs = Jetons pour programmes
settings-mail-that-was-given-up = E-mails non remis
settings-name-in-addresses = Nom dans les adresses
settings-slug-hint = Lettres minuscules, chiffres et traits d’union, comme mon-blog. Il figure dans les lignes que vous placez sur vos pages.
settings-name-for-people = Nom pour les personnes
settings-origins-of-its-pages = Adresses de ses pages
settings-origins-hint = Leur début, comme https://example.org, sans chemin. S’il y en a plusieurs : séparées par une espace.
settings-name = Nom
settings-email = E-mail
settings-role = Rôle
settings-every-site = tous les sites, y compris ceux ajoutés plus tard
settings-only-these = seulement ceux-ci
settings-find-a-site = Il y a { $number } sites. Cherchez par nom :
settings-find = Chercher
settings-nothing-done = Rien n’a été fait : quelque chose n’est pas correct.
settings-what-it-is-for = À quoi il sert
settings-add-a-site = Ajouter un site
settings-add-a-moderator = Ajouter un modérateur
settings-make-a-token = Créer un jeton
settings-moderator-decides-about-comments = modérateur : décide des commentaires
settings-operator-runs-the-place-too = administrateur : gère aussi le service
settings-moderator = modérateur
settings-operator = administrateur
settings-site = Site
settings-its-pages = Ses pages
settings-what-to-do = <span class="away">Que faire</span>
settings-owner = Propriétaire
settings-last-used = Dernière utilisation
settings-mail = E-mail
settings-to = À
settings-from = De
settings-why = Pourquoi
settings-add-the-site = Ajouter le site
settings-sign-in-link = Lien de connexion
settings-remove = Supprimer
settings-add-the-moderator = Ajouter le modérateur
settings-revoke = Révoquer
settings-make-the-token = Créer le jeton
settings-try-again = Réessayer
settings-none-named-no-browser-of = aucune pour l’instant : aucune page ne peut envoyer ici
settings-you = vous
settings-link-for = Créer un lien de connexion pour { $name }
settings-remove-named = Supprimer { $name }
settings-revoke-named = Révoquer { $name }
settings-try-again-named = Réessayer : { $kind } à { $to }
settings-tokens-end = Un jeton prend fin avec le compte de qui l’a créé et ne peut rien de plus que cette personne.
settings-ownerless = { $count ->
    [one] { $number } jeton valable est d’origine inconnue : remplacez-le, puis révoquez-le.
   *[other] { $number } jetons valables sont d’origine inconnue : remplacez-les, puis révoquez-les.
}
settings-never = jamais
settings-gone = disparu
settings-all-sites = tous les sites
settings-sent-link = Envoyez ce lien à { $name } : il permet de se connecter une fois, dans la journée, et ne sera plus montré.
settings-person-removed = Supprimé. Le nom reste dans l’historique.
settings-token-made = À envoyer sous la forme « Authorization: Bearer … ». Il ne sera plus montré.
settings-token-revoked = Le jeton est révoqué.
settings-site-added = Ajouté.
settings-site-removed = Le site est retiré.
settings-choose-sites = Choisissez-en au moins un, ou tous les sites.
settings-mail-address = Votre compte n’a pas d’adresse lisible : donnez-lui-en une, sous votre nom.
settings-mail-not-sent = Pas envoyé : { $why }.
settings-mail-in-folder = C’est maintenant un fichier dans le dossier, et personne ne le reçoit : indiquez un serveur de messagerie dans mail.url, comme l’explique docs/mail.md.
settings-mail-taken = Le serveur de messagerie l’a accepté pour { $to }. Voyez s’il arrive, et dans quel dossier.
settings-mail-retried = Un nouvel essai a lieu aussitôt, aussi longtemps que pour un nouvel e-mail.
settings-letter-queue = commentaires en attente
settings-letter-confirm = question sur les réponses
settings-letter-reply = une réponse
me-mail-each = au fur et à mesure
me-mail-hourly = une fois par heure
me-mail-daily = une fois par jour
me-mail-never = jamais
settings-revoked = révoqué
settings-blog = blog
settings-https-example-org = https://example.org
settings-tokens = Jetons

## The desk: settings: programs

programs-none-wordpress-and-others-that = Aucune. WordPress et d’autres qui parlent le protocole d’Akismet s’adressent ici à la place, avec la clé d’un site.
programs-a-key-judges-and-reports = Une clé évalue et signale pour son site, et ne peut rien d’autre. Que le site conserve ce qui lui est soumis se règle dans ses réglages.
programs-none-a-program-of-yours = Aucun. Un programme à vous peut être averti de ce qui se passe sur un site.
programs-in-the-public-internet-or = Sur l’internet public, ou un réseau que la configuration autorise.
programs-programs-that-ask-about-comments = Programmes connectés
programs-webhooks = Webhooks
programs-program = Programme
programs-site = Site
programs-address = Adresse
programs-make-a-key = Créer une clé
programs-add-a-webhook = Ajouter un webhook
programs-its-comments-are = Ses commentaires sont
programs-last-used = Dernière utilisation
programs-what-to-do = <span class="away">Que faire</span>
programs-told-of = Averti de
programs-last-took = Dernier accepté
programs-not-taken = Non accepté
programs-revoke = Révoquer
programs-make-the-key = Créer la clé
programs-remove = Supprimer
programs-add-the-webhook = Ajouter le webhook
programs-told-when = Avertir quand
programs-revoked = révoquée
programs-nothing = rien
programs-keys = Clés
programs-wordpress = WordPress
programs-revoke-named = Révoquer la clé de { $name }
programs-remove-named = Supprimer le webhook { $url }
programs-backlog = { $queued } en attente, { $dead } abandonnés
programs-callbacks = Rappels de { $site } : { $queued } en attente{ $dead ->
    [0] { "" }
   *[other] , { $dead } abandonnés
} ({ $why }).
programs-not-tried = pas encore essayé
programs-key-made = Saisissez-la dans le programme, avec l’adresse de ce service. Elle ne sera plus montrée.
programs-key-revoked = La clé est révoquée.
programs-judged-only = évalués seulement
programs-kept = conservés pour relecture
programs-webhook-made = Les envois sont signés avec ce secret, selon Standard Webhooks. Il ne sera plus montré ici.
programs-webhook-removed = Supprimé, avec ce qui restait à transmettre.
programs-nothing-yet = rien pour l’instant
event-comment-received = un commentaire est arrivé
event-comment-decided = un commentaire a fait l’objet d’une décision
event-comment-edited = le texte d’un commentaire a été modifié
event-model-activated = un autre modèle évalue
programs-https-example-org-hook = https://example.org/hook

## The desk: privacy

privacy-privacy = Confidentialité
privacy-make-sure-that-it-is = Assurez-vous que c’est bien cette personne qui le demande. L’adresse n’est envoyée que dans le formulaire et ne figure dans aucun journal ni dans l’historique du navigateur.
privacy-they-have-an-account-as = Cette personne a un compte de modérateur, qui reste : il est dans les <a href="/desk/settings">réglages</a>.
privacy-nothing-yet-what-is-erased = Rien pour l’instant. Ce qui est effacé est noté ici, avec qui l’a fait et combien, mais pas de qui.
privacy-what-is-held-about-a = Ce qui est conservé sur une personne
privacy-held = Conservé
privacy-nothing-held = Rien n’est conservé sur cette adresse.
privacy-only-account = Rien n’est conservé sur cette adresse, sauf son compte de modérateur, qui est dans les <a href="/desk/settings">réglages</a>.
privacy-comments-on = Commentaires sur { $site }, <span class="status { $class }">{ $status }</span>
privacy-be-sure = Confirmez que vous êtes sûr : l’effacement est irréversible.
privacy-erased = Effacé : { $what }.
privacy-account-stays = Son compte de modérateur existe encore : supprimez-le dans les réglages.
privacy-amount-comments = { $count ->
    [one] { $number } commentaire
   *[other] { $number } commentaires
}
privacy-amount-samples = { $count ->
    [one] { $number } texte étiqueté
   *[other] { $number } textes étiquetés
}
privacy-amount-subscriptions = { $count ->
    [one] { $number } abonnement
   *[other] { $number } abonnements
}
privacy-amount-mails = { $count ->
    [one] { $number } e-mail
   *[other] { $number } e-mails
}
privacy-amount-none = rien
privacy-erased-before = Déjà effacé
privacy-email = E-mail
privacy-what = Quoi
privacy-how-many = Combien
privacy-when = Quand
privacy-by = Par
privacy-look-it-up = Consulter
privacy-download-all-of-it = Tout télécharger
privacy-erase-all-of-it = Tout effacer
privacy-labelled-texts-and-what-models = Textes étiquetés, et ce que les modèles en ont appris
privacy-subscriptions-to-replies = Abonnements aux réponses
privacy-mails-to-them = E-mails à cette personne
privacy-damaged-rows-which-cannot-be = Lignes endommagées, illisibles
privacy-it-cannot-be-undone-and = C’est irréversible, et j’en suis sûr

## The desk: the model

model-model = Modèle
model-caught = 30 derniers jours : { $aside } mis de côté d’office comme indésirables, dont { $back } repris par des personnes ; { $missed } sont passés, que des personnes ont marqués indésirables.
model-none-yet-a-training-takes = Aucun pour l’instant. Un entraînement prend ce que les modérateurs ont décidé et ce qui a été importé ou envoyé, et compare le nouveau modèle à l’actuel sur des exemples qu’aucun n’a vus.
model-all-of-it-counts = Tout compte.
model-no-labels-yet-each-approval = Pas encore d’étiquettes. Chaque approbation et chaque décision d’indésirable en est une.
model-labels-are-counted-and-capped = Les étiquettes sont comptées et plafonnées d’après lui. Laissé vide, c’est le vôtre.
model-drawings-of-the-last-1 = Ici apparaissent des graphiques des 1 000 derniers commentaires.
model-spam-caught-genuine-blocked = <span class="spam">indésirables arrêtés</span> <span class="ham">authentiques bloqués</span>
model-stands-as-spam-anything-else = <span class="spam">indésirable</span> <span class="ham">tout le reste</span>
model-nobody-has-decided-about-these = Personne n’en a encore décidé.
model-each-dot-is-a-tenth = Chaque point est un dixième des scores : à l’horizontale, ce qui était attendu ; à la verticale, la part que des personnes ont dite indésirable. Sur la ligne, les scores disent vrai.
model-marked-as-spam-approved = <span class="spam">marqué indésirable</span> <span class="ham">approuvé</span>
model-questions = Ce à quoi répondent les modèles
model-spam = Indésirables
model-abuse = Injures
model-abuse-is-evidence = Le score d’injure est montré aux personnes. À lui seul, il ne publie, n’écarte et ne jette rien.
model-abuse-labels = Chaque approbation en est une, et chaque refus pour le motif « injurieux ».
model-judges-now = En service maintenant
model-class-ham = authentique
model-class-spam = indésirable
model-class-clean = non injurieux
model-class-abuse = injurieux
model-since = { $ham } { $clean }, { $spam } { $against }
model-since-few = { $ham } { $clean }, { $spam } { $against } ; il en faut { $minimum } de chaque avant qu’elles comptent
model-too-few = Pour entraîner un modèle propre au site, il faut { $needed } étiquettes de chaque classe ; il y en a { $ham } { $clean } et { $spam } { $against }.
model-spam-labels = Chaque approbation et chaque décision d’indésirable en est une.
model-asked-by = Demandé par { $who }, { $when }
model-put-into-use-by = mis en service par { $who }
model-held-out = Sur { $ham } exemples réservés « { $clean } » et { $spam } « { $against } », au seuil { $threshold } ; entraîné sur { $trained_ham } et { $trained_spam }
model-repeated = { $records }, dont { $repeated } en répètent un autre
model-over-cap = { $count ->
    [one] { $number } de plus que ce qui compte d’une source à la fois ; le prochain entraînement la prend
   *[other] { $number } de plus que ce qui compte d’une source à la fois ; le prochain entraînement les prend
}
model-refused = Rien n’en a été conservé.
model-line = Ligne { $line }
model-file-hint = CSV ou TSV avec en-tête, ou lignes JSON : <code>text</code> et <code>label</code> (<code>{ $against }</code> ou <code>{ $clean }</code>), si connus <code>name</code>, <code>email</code>, <code>website</code>, et <code>site</code> si ce n’est pas { $site }. Au plus { $max } MiB. Tout compte ou, si une ligne n’est pas correcte, rien.
model-what-if = Pour les { $judged } derniers commentaires, dont des personnes ont décidé de { $decided }. Le seuil du site est { $threshold }.
model-part-of = { $part } sur { $all }
model-use-it = Utiliser ce seuil
model-use = Utiliser { $threshold }
model-would = { $aside } mis de côté : { $caught } sur { $spam } indésirables arrêtés, { $blocked } sur { $ham } authentiques bloqués.
model-abuse-would = { $held } retenus : dont { $approved } approuvés par des personnes, { $rejected } refusés.
model-said-begun = L’entraînement attend son tour.
model-said-under-way = Un entraînement est déjà en cours pour ce site.
model-said-active = Le modèle est en service.
model-said-back = Le modèle précédent est de nouveau en service.
model-said-nothing-before = Il n’y a pas de modèle auquel revenir.
model-said-seen = Il est noté que vous l’avez consulté : le site peut maintenant retenir pour injures.
model-said-refused = Il ne passe pas le contrôle : les raisons sont indiquées dessous.
model-status-queued = en attente
model-status-training = en entraînement
model-status-failed = échoué
model-status-candidate = candidat
model-status-live = en service
model-status-retired = retiré
model-phase-waiting = attend son tour
model-phase-reading = lit les exemples
model-phase-fitting = ajuste le modèle
model-phase-measuring = le compare à l’actuel
model-phase-done = terminé
model-figure-auc = Aire sous la courbe ROC
model-figure-log-loss = Perte logarithmique
model-figure-calibration = Erreur de calibration
model-trainings-and-models = Entraînements et modèles
model-samples = Exemples
model-no-comment-was-judged-yet = Aucun commentaire n’a encore été évalué
model-what-a-threshold-would-do = Ce que ferait un seuil
model-scores = Scores
model-calibration = Les scores disent-ils vrai ?
model-decisions-30-days = Décisions, 30 jours
model-labelled-data-from-elsewhere = Données étiquetées venues d’ailleurs
model-name-of-this-data = Nom de ces données
model-file = Fichier
model-version = Version
model-labels-since = Étiquettes depuis
model-records = Enregistrements
model-new-labels = Nouvelles étiquettes
model-changed = Modifiées
model-unchanged = Inchangées
model-for-later = Pour plus tard
model-figure = Chiffre
model-this-model = Ce modèle
model-live-then = Le précédent
model-came-by = D’où
model-came-decision = décisions
model-came-import = importations
model-came-feedback = signalements de programmes
model-came-samples = données venues d’ailleurs
model-class = Classe
model-labels = Étiquettes
model-in-use = En service
model-threshold = Seuil
model-put-aside = Mis de côté
model-spam-caught = Indésirables arrêtés
model-genuine-blocked = Authentiques bloqués
model-show = Montrer
model-train-a-model = Entraîner un modèle
model-back-to-the-one-before = Revenir au précédent
model-use-the-shipped-one = Utiliser celui fourni
model-put-it-into-use = Le mettre en service
model-take-it-in = L’envoyer
model-site = Site
model-look-again = Regarder à nouveau
model-verdict-use = Au moins aussi bon que celui en service, sur des commentaires qu’aucun n’avait vus : mettez-le en service.
model-verdict-keep = Pas meilleur que celui en service : gardez celui-ci.
model-evaluation-report = Rapport d’évaluation
model-progress = Progression
model-share-of-the-spam-caught = Part des indésirables arrêtés et des commentaires authentiques bloqués, par seuil
model-share-that-was-spam-by = Part qui était indésirable, par score
model-although-it-does-not-pass = bien qu’il ne soit pas meilleur
model-how-many-comments-had-which = Combien de commentaires avaient quel score
chart-score = score
chart-share = part
chart-share-of-spam = part d’indésirables
chart-comments = commentaires
chart-decisions = décisions
chart-days = jours avant aujourd’hui
chart-score-bin = { $from } à { $to } % : { $spam } indésirables, { $other } autres
chart-day = { $ago ->
    [0] Aujourd’hui
    [one] Il y a { $ago } jour
   *[other] Il y a { $ago } jours
} : { $approved } approuvés, { $spam } marqués indésirables
chart-calibration-dot = { $expected } % attendus, { $found } % étaient indésirables ({ $all })
model-decisions-of-the-last-30 = Décisions des 30 derniers jours
model-abuse-trial = Ce que ferait la mise en attente pour injures
model-abuse-of = Pour les { $comments } derniers commentaires non mis de côté comme indésirables. Le seuil du site est { $threshold }. Les commentaires en langues inconnues du modèle ne sont jamais retenus.
model-abuse-held = Retenus
model-abuse-published = publiés aussitôt
model-abuse-approved = approuvés par des personnes
model-abuse-rejected = refusés par des personnes
model-abuse-seen = { $by } l’a consulté, { $when }.
model-abuse-unseen = Personne n’a encore dit l’avoir consulté : d’ici là, le site ne peut rien retenir d’après lui.
model-abuse-look = Je l’ai consulté

## The desk: sentences with something in them

queue-search-behind = { $count ->
    [one] { $count } commentaire n’est pas encore dans l’index de recherche et n’a pas été fouillé.
   *[other] { $count } commentaires ne sont pas encore dans l’index de recherche et n’ont pas été fouillés.
}
queue-elsewhere = Ailleurs :
queue-no-match = Aucun commentaire sous « { $label } » ne correspond à ces filtres. <a href="/desk?status={ $status }">Tous les montrer</a>.
queue-matching = les <span id="total">{ $total }</span> qui correspondent, sur toutes les pages
queue-marks = surlignages
queue-select = Sélectionner le commentaire de { $name }
comment-for-good = Supprimer définitivement
comment-deleted-on = Il sera supprimé le { $day }, selon les réglages du site. Ce que les modèles en ont appris reste.
comment-it-cannot-be-undone = Je sais que c’est irréversible
comment-delete-it = Supprimer ce commentaire
comment-erase-its-author = Effacer son auteur
comment-what-is-erased = La suppression emporte le commentaire avec son historique, les e-mails à son sujet et ce que les modèles en ont appris. Effacer son auteur supprime tout ce qui est conservé sur lui, sur tous les sites.
comment-was = Il a été { $verdict }. { $because }.
comment-model = Modèle { $model }
activity-kept = Conservé { $days } jours. Les décisions sur les commentaires sont dans l’historique de chacun.
me-every-other-site = Tout site sans choix ci-dessous
me-how-often = À quelle fréquence
me-address = Votre adresse est { $email }.
batches-undo-all = Annuler les { $count }

## Changing what a comment says

comment-edit = Modifier
comment-edited = modifié
edit-title = Modifier le commentaire
edit-text = Ce qu’il dit
edit-reason = Pourquoi, pour l’historique
edit-save = Enregistrer la modification
edit-now = Ce qu’il dit maintenant
edit-changed = { $who } a modifié le commentaire entre-temps. Votre texte est ci-dessous ; l’enregistrer remplace le texte actuel.
edit-readers-see = Les lecteurs voient que le commentaire a été modifié, pas ce qu’il disait avant. Les modérateurs voient les deux.
edit-readers-see-both = Les lecteurs voient que le commentaire a été modifié et peuvent lire ce qu’il disait avant.
activity-edited = A modifié le texte de { $author }
site-readers = Ce que voient les lecteurs
site-show-edits = Les lecteurs peuvent voir ce que disait un commentaire avant qu’un modérateur ne le modifie
read-edited = modifié
edits-title = Ce que disait le commentaire avant
edits-what = Un modérateur l’a modifié. Voici ses textes antérieurs, le plus ancien d’abord.
edits-until = Jusqu’au
key-edit = Modifier le texte du commentaire

## What comes from below in English, because programs read it too. A sentence of this group is found by its English text.

fault-required = Ce champ est obligatoire.
fault-too-long = { $max } caractères au plus sont permis.
fault-control = Les caractères de contrôle ne sont pas permis.
fault-email = Ce n’est pas une adresse e-mail.
fault-website = Ce n’est pas l’adresse d’un site web.
fault-slug = Utilisez de 1 à 63 lettres minuscules, chiffres et traits d’union intérieurs.
fault-slug-taken = Un autre site porte ce nom.
fault-origins = { $max } origines au plus.
fault-origin = Écrivez-la comme https://example.org, sans chemin.
fault-present-password = Ce n’est pas votre mot de passe actuel.
fault-password-short = Utilisez au moins { $min } caractères.
fault-address-taken = Un autre modérateur a cette adresse.
fault-operator-sites = Un administrateur gère tous les sites : n’en indiquez aucun.
fault-no-such = N’existe pas : { $what }.
fault-what-site = site
fault-what-comment = commentaire
fault-what-page = page
fault-what-moderator = modérateur
fault-what-model = modèle
fault-what-import = importation
fault-what-rule = règle de blocage
fault-what-status = statut
fault-what-reason = raison
fault-page-origin = Cette page n’est sur aucune des origines du site.
fault-page = Une page est une adresse web complète ou un chemin qui commence par une barre oblique.
fault-parameters = Au plus 50 noms de paramètres, comme p, sans &, =, # ni espaces.
fault-same-page = C’est la même page.
fault-same-text = Le texte est inchangé.
fault-above-zero = Doit être supérieur à 0 et d’au plus { $to }.
fault-above-zero-or-absent = Doit être supérieur à 0 et d’au plus { $to }, ou vide.
fault-below-spam = Doit aller de 0 à moins que le seuil d’indésirables.
fault-least-or-absent = Doit être d’au moins { $from }, ou vide.
fault-range-or-absent = Doit aller de { $from } à { $to }, ou être vide.
fault-range = Doit aller de { $from } à { $to }.
fault-look-first = Voyez d’abord ce que cela aurait fait des derniers commentaires de ce site : sur la page du modèle, par POST vers { $path }, ou avec `hamlet site abuse-trial`.
fault-rule-empty = Rien de ceci n’est visible.
fault-rule-domain = Ce n’est pas un domaine comme example.org.
fault-rule-network = Ce n’est ni une adresse ni un réseau comme { $example }.
fault-rule-over = Ce délai est passé.
fault-form-token = Ce site demande un jeton de formulaire avec une preuve de travail.
fault-form-old = Le formulaire est resté ouvert trop longtemps ; rechargez-le.
fault-work = Ce n’est pas la preuve de travail demandée.
fault-work-used = Cette preuve de travail a déjà servi ; rechargez le formulaire.
fault-no-parent = Ce commentaire n’existe pas sur cette page.
fault-too-many = Trop de commentaires sont venus d’ici ; réessayez plus tard.
fault-no-files = Les fichiers ne sont pas acceptés.
fault-utf8 = Ce n’est pas de l’UTF-8 : vérifiez que le texte est bien celui que vous avez écrit.
fault-twice = Le champ est présent deux fois.
fault-invalid = Une partie de ce qui a été envoyé n’est pas correcte.
fault-stale-form = Le formulaire n’est plus à jour. Rechargez la page et recommencez.
fault-operators-page = Seuls les administrateurs peuvent voir cette page.
fault-last-operator = C’est le dernier administrateur : personne d’autre ne pourrait gérer le service.
fault-other-site = Ce formulaire a été envoyé depuis un autre site.
fault-unavailable = Le service ne peut pas le faire pour l’instant. Rien n’a été enregistré ; réessayez.
fault-busy = Trop de recherches sont en cours, ou celle-ci a pris trop de temps. Réessayez dans un instant, ou cherchez moins à la fois.
fault-changed = Quelqu’un a modifié le commentaire entre-temps. Regardez-le à nouveau.
fault-unsure = Le formulaire ne dit pas que vous êtes sûr.
fault-method = Cette adresse accepte d’autres méthodes : voir Allow.
fault-too-large = { $limit } octets au plus.
fault-no-record = Il ne contient aucun enregistrement.
fault-no-label = n’a pas d’étiquette : { $against } ou { $clean }
fault-no-text = n’a pas de texte
fault-unknown-site = nomme un site qui n’existe pas
fault-mail-late = le serveur de messagerie n’a pas répondu à temps
fault-mail-answered = le serveur de messagerie a répondu { $code }
fault-mail-hung-up = le serveur de messagerie a raccroché ou sa réponse est incompréhensible
fault-mail-tls = TLS avec le serveur de messagerie a échoué : { $why }
fault-mail-unable = le serveur de messagerie ne peut pas faire ce qu’il faut : { $why }
fault-mail-unreachable = le serveur de messagerie est injoignable : { $why }
fault-gate-few-labels = Il y a { $ham } étiquettes « { $clean } » et { $spam } « { $against } » ; il en faut au moins { $needed } de chaque pour entraîner un modèle.
fault-gate-one-sided = Les étiquettes sont déséquilibrées : seules { $fewer } sur { $all } sont « { $name } ». Un modèle ainsi entraîné saurait à peine ce qu’est « { $again } ».
fault-gate-same-text = Les étiquettes « { $name } » portent toutes presque sur le même texte, réservé à la mesure : étiquetez-en de plus variés.
fault-gate-few-samples = Seuls { $ham } exemples « { $clean } » et { $spam } « { $against } » ont été réservés à la mesure ; avec moins de { $few } de chaque, on ne peut rien dire.
fault-gate-catches-less = Il arrête moins de « { $against } » que le modèle en service : { $new } % au lieu de { $old } %.
fault-gate-blocks-more = Il bloque à tort davantage que le modèle en service : { $new } % des « { $clean } » au lieu de { $old } %.
fault-gate-calibration = Ses probabilités ne sont pas fiables : elles s’écartent de { $error } en moyenne, et { $limit } est le maximum accepté.
fault-gate-poor = Il distingue à peine « { $against } » de « { $clean } » sur ce site (aire sous la courbe { $auc }) : les étiquettes se contredisent.
fault-gate-swapped = Les étiquettes disent le contraire de ce que le modèle fourni lit dans les textes (aire sous la courbe { $auc }) : « { $against } » et « { $clean } » ont-ils été inversés ?
fault-gate-source = { $contradicted } des { $labels } étiquettes de « { $name } » sont l’inverse de ce qu’enseignent toutes les autres : vérifiez cette source.
fault-class-ham = authentique
fault-class-spam = indésirable
fault-class-clean = non injurieux
fault-class-abuse = injurieux
fault-rule-broad = { $summary } Presque tout est visé.
fault-rule-broad-line = { $summary } Presque tout est visé.
fault-rule-trial = Elle aurait touché { $hits } des { $all } derniers commentaires, dont { $approved } approuvés.
fault-number = Ce n’est pas un nombre qui convient ici.
fault-choose-file = Choisissez d’abord un fichier.
fault-standing-broken = Le modèle activé est inutilisable ({ $why }) ; celui fourni avec le programme sert à sa place.
fault-standing-shipped = Le modèle fourni avec le programme, tel quel : { $ham } étiquettes « { $clean } » et { $spam } « { $against } » ; il en faut { $minimum } de chaque avant qu’elles comptent.
fault-standing-taught = Le modèle fourni avec le programme, et ce que { $ham } étiquettes « { $clean } » et { $spam } « { $against } » lui ont appris.
fault-standing-own = Le modèle propre au site, et ce que lui ont appris { $ham } étiquettes « { $clean } » et { $spam } « { $against } » sur lesquelles il n’a pas été entraîné.
fault-operators-only = Seuls les opérateurs peuvent le faire.
fault-none-given = non indiquée
fault-unreadable = illisible
fault-body-broken = L’envoi s’est interrompu.
fault-body-compressed = Les envois compressés ne sont pas acceptés.
fault-body-late = L’envoi n’est pas arrivé en { $seconds } secondes.
fault-media-type = Envoyez du JSON, application/x-www-form-urlencoded ou multipart/form-data.
fault-multipart = L’envoi en plusieurs parties est illisible.
fault-multipart-parts = L’envoi a trop de parties.
fault-form-type = Envoyez le formulaire en application/x-www-form-urlencoded.
fault-form-fields = Le formulaire a trop de champs.
fault-form-broken = Le formulaire s’est interrompu, ou est illisible.
fault-form-behind = Il y a quelque chose après le fichier.
fault-field-utf8 = Un champ n’est pas en UTF-8.
fault-field-long = Un champ est trop long.
fault-form-nothing = Le formulaire ne dit pas quoi faire.
fault-form-unsaid = Le formulaire ne dit pas de quoi il s’agit.
fault-form-block = Le formulaire ne nomme rien à bloquer.
fault-form-reason = Le formulaire ne nomme aucune raison.
fault-form-decision = Le formulaire ne nomme aucune décision.
fault-form-page-size = Le formulaire ne nomme aucune taille de page.
fault-form-comment = Le formulaire nomme quelque chose qui n’est pas un commentaire.
fault-form-list = Le formulaire ne dit pas de quelle liste il s’agit.
fault-at-once = On peut décider de { $most } commentaires à la fois au plus.
fault-listeners = Trop sont déjà à l’écoute. Revenez plus tard.
fault-parameter-twice = Le paramètre y est deux fois.
fault-parameter-required = Ce paramètre manque.
fault-parameter-value = Ce paramètre n’accepte pas cette valeur.
fault-true-false = C’est soit true, soit false.
fault-question = Cette question n’existe pas : c’est `spam` ou `abuse`.
fault-what-parameter = paramètre
fault-what-field = champ
fault-cursor = Ce curseur n’est pas de cette liste.
fault-comment-id = Ce n’est pas l’identifiant d’un commentaire.
fault-in-the-meantime = Il a été modifié entre-temps ; voici où il en est.
fault-service-failed = Le service a échoué. C’est consigné.
fault-rule-star = `*` ne vaut que pour un nom entier, comme dans *@example.org ; pour un domaine et ceux qui en dépendent, faites une règle pour le domaine.
fault-rule-letters = Écrivez ici de simples lettres ; ce signe serait lu comme telles.
fault-rule-many = Une liste a { $most } règles au plus ; celle-ci en a { $count }.
fault-look-others = { $who } a regardé des seuils de { $from } à { $to } : regardez d’abord celui-ci.
fault-not-trained = Cet entraînement n’a donné aucun modèle à mesurer.
fault-nothing-held-out = Plus aucune étiquette du site n’est mise de côté : il n’y a rien pour le mesurer.
fault-nul-in = a un caractère NUL dans { $field }
fault-mail-unwritten = il n’a pas pu être écrit : voyez le journal
fault-mail-folder = le dossier du courrier ne peut pas être écrit : { $why }
fault-mail-slow = le serveur de messagerie a mis trop longtemps
fault-hook-address = ce doit être une adresse http ou https de { $most } octets au plus, sans nom d’utilisateur ni mot de passe
fault-hook-private = elle est dans un réseau qui n’est pas public : voyez webhooks.allow_networks
fault-hook-refused = l’adresse est refusée : { $why }
fault-hook-connection = la connexion a échoué : { $why }
fault-hook-exchange = l’échange a échoué : { $why }
fault-hook-request = la requête ne peut pas être composée
fault-hook-late = cela a pris trop longtemps
fault-hook-host = le nom de la machine est introuvable
fault-hook-host-private = le nom de la machine mène dans un réseau qui n’est pas public

## Ce qui a été trouvé dans un fichier importé. Comme plus haut.

fault-at-line = ligne { $line } : { $why }
fault-at-comment = commentaire { $place } : { $why }
fault-at-post = message { $place } : { $why }
fault-at-byte = octet { $place } : { $why }
fault-at-file = le fichier : { $why }
fault-at-database = la base de données : { $why }
fault-said-of = { $place } : { $why }
fault-import-no-text = pas de texte
fault-import-fields = pas de texte : la liste a-t-elle été faite avec --fields et tous les champs ?
fault-import-large = trop grand
fault-import-larger = plus grand que ce qui est lu
fault-import-longer = de plus de { $most } octets
fault-import-row = { $problem } ; aucune ligne ne peut dépasser { $most } octets
fault-import-unread = illisible
fault-import-pingback = un pingback ou un trackback
fault-import-not-comment = pas un commentaire
fault-import-backup-line = la ligne sur la sauvegarde elle-même
fault-import-deleted = supprimé, et son texte avec
fault-import-names = trop pour attendre les noms
fault-import-thread-list = un fil sans liste de commentaires
fault-import-website = un site web qui n’en est pas un
fault-import-email = une adresse électronique qui n’en est pas une
fault-import-cut = un texte trop long : son milieu est omis
fault-import-page = une page inconnue
fault-import-label = une étiquette incomprise
fault-import-status = un statut incompris
fault-import-no-date = pas de date
fault-import-date = une date incomprise
fault-import-early = une date d’avant 1970
fault-import-future = une date dans le futur
fault-import-local = une date en heure locale seulement
fault-import-answers-hidden = il répond à un commentaire qui n’est pas public
fault-import-page-unknown = sa page n’est pas connue
fault-import-marked-hidden = il est marqué comme non public
fault-import-marked-deleted = il est marqué comme supprimé
fault-import-page-hidden = sa page est marquée comme non publique
fault-import-page-deleted = sa page est marquée comme supprimée
fault-import-thread-deleted = son fil a été supprimé
fault-import-thread-hidden = son fil est marqué comme non public
fault-import-post-password = son article a un mot de passe
fault-import-post-unknown = l’état de son article n’est pas connu ici
fault-import-attached = ce à quoi il est attaché n’est pas public
fault-import-post-private = son article est privé
fault-import-post-draft = son article est un brouillon
fault-import-post-pending = son article attend une relecture
fault-import-post-future = son article doit paraître plus tard
fault-import-post-trash = son article a été mis à la corbeille
fault-import-no-spam = il n’y a pas d’indésirable parmi les étiquettes
fault-import-no-spam-wordpress = il n’y a pas d’indésirable parmi les étiquettes : WordPress les omet de son export ; importez aussi `wp comment list --status=spam --format=json`
fault-import-no-ham = il n’y a rien d’authentique parmi les étiquettes
fault-import-nothing = il ne contient aucun commentaire
fault-import-no-list = pas de liste de commentaires ; y a-t-il là une autre page ?
fault-import-reader = la lecture du fichier a échoué de façon inattendue
fault-import-unpacked = décompressé, il dépasse { $most } Mio : importez-le avec `hamlet import`
fault-import-bomb = décompressé, il dépasse ce que seraient des commentaires : est-ce une bombe de décompression ?
fault-import-piece = une partie est plus grande que ce qui est lu
fault-import-zip = c’est une archive zip : décompressez-la et importez chaque fichier qu’elle contient
fault-import-zip-empty = c’est une archive zip vide
fault-import-7-zip = c’est une archive 7-zip : décompressez-la et importez chaque fichier qu’elle contient
fault-import-rar = c’est une archive rar : décompressez-la et importez chaque fichier qu’elle contient
fault-import-tar = c’est une archive tar : décompressez-la et importez chaque fichier qu’elle contient
fault-import-packed = il est compressé avec { $how } : décompressez-le d’abord ({ $command })
fault-import-packed-twice = il est compressé deux fois : décompressez-le une fois (gunzip)
fault-import-sqlite = c’est une base SQLite : seul --format isso en lit une
fault-import-pdf = c’est un PDF
fault-import-office = c’est un ancien document Excel ou Word : enregistrez-le en CSV (UTF-8)
fault-import-postgresql = c’est une sauvegarde d’une base PostgreSQL : restaurez-la et exportez les commentaires depuis là
fault-import-sql = c’est une sauvegarde d’une base de données (SQL) : exportez les commentaires avec le système dont ils sont
fault-import-parquet = c’est un fichier Parquet : convertissez-le en lignes JSON
fault-import-feed-blogger = c’est un flux et non un export de Blogger : aucune entrée ne dit ce qu’elle est
fault-import-feed-wordpress = c’est un flux et non un export de WordPress : il n’a aucun élément wp:
fault-import-encoding = le fichier n’est pas en UTF-8 et a été lu comme { $name } ; si des lettres sont fausses, dites avec --encoding ce que c’est, ou convertissez-le : iconv -f { $from } -t utf-8
fault-import-encoding-unknown = le fichier se dit en { $label }, inconnu ici, et a été lu comme UTF-8 ; convertissez-le : iconv -f { $from } -t utf-8
fault-import-byte = 1 octet n’était pas du texte, et est maintenant { $mark }
fault-import-bytes = { $many } octets n’étaient pas du texte, et sont maintenant { $mark } ; si des mots entiers le sont, dites avec --encoding ce qu’est le fichier
fault-import-isso-database = celui d’Isso est une base de données, pas un flux
fault-import-isso = pas d’Isso : { $why }
fault-import-not-json = pas du JSON : { $why }
fault-import-not-xml = pas du XML : { $why }
fault-import-deep = des éléments sont imbriqués sur plus de { $most } niveaux
fault-import-rtf = c’est un document de traitement de texte (RTF) : enregistrez-le en texte brut
fault-import-utf-32 = c’est en UTF-32, qui n’est pas lu : convertissez-le : iconv -f utf-32 -t utf-8
fault-import-yaml = c’est du YAML, qui n’est pas lu : convertissez-le en lignes JSON
fault-import-movable-type = c’est un export de Movable Type : essayez --format movable-type
fault-import-no-zone = le fichier n’indique aucun fuseau horaire : ses dates ont été lues en temps universel
fault-import-passed-over = « { $name } » se trouve dans un objet de plus de { $most } Mio, et n’a pas été lu
fault-import-day-first = les dates comme { $date } ont le jour avant le mois, comme d’autres du fichier le montrent
fault-import-month-first = les dates comme { $date } ont le mois avant le jour, comme d’autres du fichier le montrent
fault-import-later = il doit paraître plus tard
fault-import-ended = il ne devait être montré qu’un temps
fault-import-author-id = un auteur qui n’est qu’un identifiant
fault-import-by-name = le fichier désigne les pages par leur BASENAME et non par leur adresse : déplacez leurs commentaires avec `hamlet site move-page`
fault-import-quote = un guillemet n’est pas fermé
fault-import-header = encore une fois l’en-tête
fault-import-nested = trop imbriqué
fault-import-system = pas un commentaire, mais une erreur du système d’où il a été récupéré : { $code } : { $message }
fault-import-not-closed = il finit trop tôt : <{ $name }> n’est pas fermé
fault-import-neither = ni un objet ni une liste d’objets : { $start }
fault-import-ends-early = le fichier finit trop tôt
fault-import-ends-quotation = le fichier finit trop tôt : un guillemet n’est pas fermé
fault-import-ends-values = le fichier finit trop tôt : { $has } valeurs, l’en-tête en a { $wants }
fault-import-values = { $has } valeurs, l’en-tête en a { $wants } : un guillemet manque-t-il ?
fault-import-open = il n’est pas fermé
fault-import-ends-inside = il finit trop tôt, dans ce qui contient sa liste
fault-import-ends-list = il finit trop tôt, au milieu de sa liste
fault-import-before-xml = ce qui précède le XML a été passé : { $line }
fault-import-column = l’en-tête ne nomme aucune colonne « { $name } »
fault-import-column-text = l’en-tête ne nomme aucune colonne « text » ; il nomme { $names }
fault-import-no-header = il n’y a pas d’en-tête : écrivez les noms des colonnes dans une ligne placée avant (id, page, name, text, …)
fault-import-neither-label = l’étiquette { $label } n’est ni spam ni ham
fault-import-neither-question = la question { $question } n’est ni spam ni abuse
fault-import-reading = la lecture a échoué : { $why }
fault-import-is-it = il ne contient aucun commentaire : est-ce { $wanted } ? { $hint }
fault-wanted-wxr = l’export de WordPress (WXR)
fault-wanted-disqus = l’export de Disqus
fault-wanted-blogger = l’export de Blogger
fault-wanted-movable-type = l’export de Movable Type
fault-wanted-table = un tableau avec en-tête
fault-hint-empty = Il est vide.
fault-hint-json = C’est du JSON : essayez --format jsonl, ou celui du système d’où il vient.
fault-hint-table = Il commence par « { $start } » : si c’est un tableau, essayez --format csv.
fault-hint-start = Il commence par « { $start } ».
fault-hint-element = Son premier élément est <{ $name }>.
fault-hint-wxr = Son premier élément est <{ $name }> : essayez --format wxr.
fault-hint-disqus = Son premier élément est <{ $name }> : essayez --format disqus.
fault-hint-disqus-old = Son premier élément est <{ $name }>, comme dans les exports de Disqus d’avant 2011 : exportez de nouveau, ou convertissez en lignes JSON.
fault-hint-page = Son premier élément est <{ $name }> : une page et non un export ; y a-t-il eu une erreur au téléchargement ?
fault-hint-blogml = Son premier élément est <{ $name }> : c’est du BlogML, qui n’est pas lu.
fault-hint-intensedebate = Son premier élément est <{ $name }>, comme dans les exports d’IntenseDebate, qui ne sont pas lus.
fault-hint-feed = Son premier élément est <{ $name }> : un flux ; si c’est l’export de Blogger, essayez --format blogger.

## Le rapport d’évaluation d’un modèle, une page à garder

report-title = { $model } : évaluation
report-how-good = Que vaut { $model } ?
report-measured-on = Mesuré sur { $ham } authentiques et { $spam } indésirables de : { $files }.
report-labels-of = les étiquettes de « { $site } » sur lesquelles aucun modèle n’est entraîné, telles qu’au { $day }
report-called-spam = dit indésirable
report-called-ham = dit authentique
report-spam = indésirable
report-ham = authentique
report-figure = mesure
report-value = valeur
report-what-it-is = ce que c’est
report-accuracy = exactitude
report-accuracy-text = part des textes bien nommés, à la probabilité un demi
report-mcc = MCC
report-mcc-text = corrélation de Matthews à un demi : 0 au hasard, 1 parfaite
report-auc = AUC
report-auc-text = probabilité qu’un indésirable ait un score plus haut qu’un authentique
report-average-precision = précision moyenne
report-average-precision-text = aire sous précision et rappel
report-log-loss = pénalité pour les scores faux
report-log-loss-text = surprise moyenne par texte, en nats
report-calibration-error = de combien les scores s’écartent
report-calibration-error-text = distance moyenne de la probabilité à la vérité, 15 classes
report-thresholds = Ce que coûte un seuil
report-thresholds-text = Le seuil le plus bas qui ne bloque pas à tort plus d’authentiques que permis, et ce qu’il arrête.
report-budget = authentiques bloqués permis
report-threshold = seuil
report-ham-blocked = authentiques bloqués
report-spam-caught = indésirables arrêtés
report-parts = Par langue et par sorte
report-parts-text = Bloqué : à partir de 0,95 ; retenu : à partir de 0,2. Entre parenthèses et après ± l’intervalle à 95 % : avec peu de textes, il est large.
report-ham-held = authentiques retenus ou bloqués
report-spam-blocked = indésirables bloqués
report-spam-held = indésirables retenus ou bloqués
report-language = langue
report-kind = sorte
report-curves = Courbes
report-tells = Ce qui compte
report-tells-text = Éléments selon le poids qu’ils ont ajouté, sommé sur les textes mesurés.
report-texts = textes
report-mean-weight = poids moyen
report-towards-spam = vers l’indésirable
report-towards-ham = vers l’authentique
report-most-wrong = Les plus faux
report-ham-highest = Authentiques au score le plus haut
report-spam-lowest = Indésirables au score le plus bas
report-score = score
report-text = texte
report-named = Qui est nommé
report-named-text = Textes qui nomment un groupe de personnes, quand un texte anodin sur cent est signalé. BPSN : la probabilité que l’injurieux sans le terme ait un score plus haut que l’anodin avec lui ; basse là où le terme lui-même est retenu contre les gens. BNSP : que l’injurieux avec le terme ait un score plus haut que l’anodin sans lui (Borkan et al., 2019).
report-term = terme
report-harmless = anodins
report-abuse = injurieux
report-harmless-flagged = anodins signalés
report-auc-among = AUC parmi eux
report-bpsn = AUC BPSN
report-bnsp = AUC BNSP
report-axis-ham-blocked = part d’authentiques bloqués
report-axis-spam-caught = part d’indésirables arrêtés
report-axis-spam-blocked = part d’indésirables parmi les bloqués
report-axis-probability = probabilité prévue
report-axis-spam = part d’indésirables
report-axis-class = part de la classe
report-axis-labels = étiquettes de ces textes apprises
report-axis-auc = AUC sur le reste
report-plot-caught = Indésirables arrêtés face aux authentiques bloqués, pour tous les seuils ; en gris, le hasard.
report-plot-precision = Précision et rappel pour tous les seuils.
report-plot-calibration = Des textes d’une probabilité donnée, combien étaient indésirables ; en gris, la perfection.
report-plot-scores = Scores des authentiques (en vert) et des indésirables (en rouge).
report-plot-learning = Le modèle instruit avec certains de ces textes, mesuré sur la moitié mise de côté.

## The demo's page

demo-about = À propos de cette démo
demo-what = <strong>Une démo de Hamlet.</strong> Laissez un commentaire ci-dessous : il est mis en attente jusqu’à ce qu’un modérateur l’approuve. Soyez le modérateur dans <a href="/desk" target="_blank">la modération</a> (elle s’ouvre à côté de cette page), puis revenez : ce que vous avez approuvé est ici.

## The widget on sites' pages. Its script names a sentence without the beginning, and the first letter after a hyphen large.

widget-edited = modifié
widget-comments = Commentaires
widget-none = Pas encore de commentaire. Le vôtre peut être le premier.
widget-write = Laisser un commentaire
widget-name = Nom
widget-email = E-mail
widget-private = Votre adresse e-mail ne sera pas publiée.
widget-website = Site web
widget-optional = facultatif
widget-text = Commentaire
widget-notify = M’avertir des réponses par e-mail
widget-send = Envoyer
widget-sending = Envoi…
widget-working = Vérification que vous n’êtes pas une machine…
widget-reply = Répondre
widget-reply-to = Répondre à { $name }
widget-cancel = Annuler
widget-held = Merci. Votre commentaire attend d’être relu.
widget-published = Merci. Votre commentaire est publié.
widget-more = Autres commentaires
widget-failed = Les commentaires n’ont pas pu être chargés.
widget-stranger = Le service ne connaît pas encore l’adresse de cette page : { $name }. La personne qui gère le site peut l’ajouter à ses adresses dans la modération.
widget-again = Réessayer
widget-add-origin = L’ajouter à la modération
widget-required = Veuillez remplir ce champ.
widget-bad-email = Ce n’est pas une adresse e-mail.
widget-bad-website = Ce n’est pas une adresse web.
widget-too-long = C’est trop long.
widget-invalid = Certaines données ne conviennent pas.
widget-too-many = Trop de commentaires sont venus d’ici. Réessayez plus tard.
widget-not-sent = Votre commentaire n’a pas été envoyé. Le texte est gardé ici ; réessayez.
fault-answered = il a répondu { $code }
fault-owner-command-line = ligne de commande
fault-owner-unknown = propriétaire inconnu
