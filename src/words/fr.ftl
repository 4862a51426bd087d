### French. What is not here is said in English: see en.ftl, which also says what the arguments are.

number-separator = { " " }
language-name = Français
desk = Modération
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
desk-keys = Touches
desk-undo = Annuler
sign-in = Se connecter
sign-out = Se déconnecter
key-next = commentaire suivant, précédent
key-approve = approuver
key-spam = indésirable
key-reject = refuser : authentique mais non voulu ; n’apprend rien sur les indésirables
key-why = rejette et dit pourquoi : « injurieux » apprend ce qui l’est sur ce site
key-trash = corbeille
key-hold = remettre dans la file
key-undo = annuler votre dernière décision, sur toute page
key-open = ouvre le commentaire
key-thread = montre le commentaire dans son fil
key-search = chercher
key-block = bloquer l’auteur, un domaine, le réseau ou une phrase
key-answer = répondre au commentaire
key-palette = aller partout, tout faire
key-help = cette aide
key-selected = décide de tous ceux qui sont sélectionnés
keys-on = Utiliser ces touches
keys-close = Fermer
queue-comments = Commentaires
queue-comments-by-status = Commentaires par statut
queue-search = Recherche
queue-text-name-or-website = Mots, nom, site web ou adresse e-mail
queue-site = Site
queue-every-site = tous les sites
queue-score = Score
queue-order = Ordre
queue-apply = Appliquer
queue-clear = Effacer
queue-more-filters = Plus de filtres
queue-any = indifférent
queue-page = Page
queue-path-or-address = /chemin ou adresse
queue-reason = Raison
queue-links = Liens
queue-with-a-link = avec lien
queue-without = sans
queue-from = Du
queue-to = Au
queue-approve = Approuver
queue-spam = Indésirable
queue-reject = Refuser
queue-trash = Corbeille
queue-why = Pourquoi, en rejetant :
queue-why-unsaid = sans raison
queue-back-to-the-queue = Remettre dans la file
queue-selected-comments = Commentaires sélectionnés :
queue-roomy = plus d’espace
queue-marks = surlignages
queue-decide = Décider
queue-answers = Répond à
queue-a-reply = Une réponse
queue-read-on = Lire la suite
queue-first-page = Première page
queue-next-page = Page suivante
queue-pages = Pages
queue-select = Sélectionner le commentaire de { $name }
queue-matching = les <span id="total">{ $total }</span> qui correspondent, sur toutes les pages
queue-nothing-to-show = Rien à afficher
queue-change-the-filter-above = Modifiez le filtre ci-dessus.
queue-nothing-matches = Aucun résultat
queue-elsewhere = Ailleurs :
queue-nothing-waits-for-you = Rien ne vous attend
queue-new-comments-appear-here-as = Les commentaires qu’une personne devrait voir apparaissent ici. Ceux qui sont presque sûrement indésirables sont à part.
queue-nothing-here = Rien ici
queue-no-comment-has-this-status = Aucun commentaire n’a ce statut.
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
abuse-abuse = Injures
abuse-seems = Semble injurieux, { $percent } %
abuse-seems-kind = Semble injurieux, { $percent } % : { $kind }
abuse-seems-not = Ne semble pas injurieux, { $percent } %
abuse-no-language = Pas évalué pour les injures : le modèle ne connaît pas la langue
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
score-none = non évalué
score-spam = probablement indésirable
score-uncertain = incertain
score-genuine = probablement authentique
score-sure-spam = presque sûrement indésirable
score-sure-genuine = presque sûrement authentique
score-likely = de risque d’indésirable
because-abuse = Semble injurieux : { $score } atteint le seuil du site de { $threshold }, une personne décide donc
why-reviewed = Ce site relit chaque commentaire
age-now = à l’instant
age-minutes = il y a { $number } min
age-hours = il y a { $number } h
age-days = il y a { $number } j
flash-unchanged = Rien n’a été changé.
flash-noted = La note est dans l’historique.
flash-answered = Votre réponse est publiée.
flash-nothing-to-undo = Il ne reste rien du dernier jour à annuler.
comment-comment = Commentaire
comment-history = Historique
comment-judgement = Évaluation
comment-author = Auteur
comment-next = Suivant
comment-block = Bloquer
comment-answer = Répondre
comment-answer-send = Publier la réponse
comment-answer-as = Votre réponse, publiée sous le nom { $name }
comment-answer-approves = Approuver le commentaire auquel elle répond
comment-thread = Fil
comment-add-note = Ajouter une note
comment-email = E-mail
comment-website = Site web
comment-comments = Commentaires
start-title = Premiers pas
start-done = fait
start-site = Ajoutez votre site, avec l’adresse de ses pages
start-page = Mettez les deux lignes sur une page et ouvrez-la une fois
start-comment = Recevez un premier commentaire
start-mail = Configurez le courrier et envoyez-vous un essai
start-people = Invitez un collègue
me-your-account = Votre compte
me-language = Langue
me-language-of-browser = comme le navigateur
me-save = Enregistrer
me-name = Nom
views-title = Listes enregistrées
views-keep = Garder cette liste
views-keep-it = Garder
views-name = Nom
views-change = modifier
activity-activity = Activité
activity-decisions = Décisions
batches-taken-back = annulé
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
js-reject-because = Rejeter : { $reason }
js-reject-why = Rejeter et dire pourquoi
js-now-pending = en attente
js-now-approved = approuvé
js-now-spam = indésirable
js-now-rejected = refusé
js-now-trash = à la corbeille
js-line-approve = Approuvé : { $who }
js-line-spam = Marqué indésirable : { $who }
js-line-reject = Refusé : { $who }
js-line-trash = À la corbeille : { $who }
js-line-hold = Remis dans la file : { $who }
js-undo = Annuler
js-undo-line = Annuler : { $what }
js-close = Fermer
js-leave-them = Laisser
js-sure = { $verb } : { $number } ?
js-sure-yes = { $verb } : { $number }
js-show = Montrer
js-selected = { $number } sélectionnés
js-select-all = Tout sélectionner
js-all-done = Tout est fait ici
js-what-else = Voir ce qu’il reste
js-signed-out = vous êtes déconnecté.
js-sign-in = Se connecter
js-no-answer = le service ne répond pas. Réessayez.
js-comment-by = le commentaire de { $who }
js-failed = Pas fait : { $what } : { $why }
js-gone = N’est plus là : { $what }.
js-faster = { $who } a été plus rapide : { $what }, maintenant { $status }. Regardez à nouveau.
js-before-you = { $who } a décidé avant vous : { $did }, { $when }.
js-you = Vous
js-seconds-ago = il y a { $number } s
js-minutes-ago = il y a { $number } min
js-select-first = Sélectionnez d’abord un commentaire : touche j.
js-select-some = Sélectionnez d’abord des commentaires.
js-new = { $number } nouveaux : montrer
js-undo-last = Annuler votre dernière décision
js-keys = Touches
js-what-to-do = Où aller, ou que faire ?
js-nothing-like-that = Rien ne s’appelle ainsi
js-saved-list = liste
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
    [one] { $number } commentaire rétabli.
   *[other] { $number } commentaires rétablis.
}
js-comments = { $count ->
    [one] { $number } commentaire
   *[other] { $number } commentaires
}
flash-undo-all = { $count ->
    [one] Annuler
   *[other] Annuler les { $number }
}
