### Spanish. Groups and order are those of en.ftl, which also says what the arguments are.

## Why the policy decided as it did

because-not-judged = El modelo no pudo evaluarlo, así que queda retenido
because-score = Su puntuación { $score } alcanza el umbral del sitio de { $threshold }
because-trusted = { $approved ->
    [one] Su autor tiene { $approved } comentario aprobado aquí y su puntuación es baja
   *[other] Su autor tiene { $approved } comentarios aprobados aquí y su puntuación es baja
}
because-not-this = Su autor es de confianza, pero este comentario no
because-person-decides = Una persona decide sobre cada comentario por debajo del umbral de spam
because-few-labels = Solo lo que se marcó en este sitio apunta a spam, y aún se aprobaron aquí muy pocos comentarios para basarse solo en eso: decide una persona
because-few-approved = { $needed ->
    [1] Su autor aún no tiene ningún comentario aprobado aquí
   *[other] Su autor tiene menos de { $needed } comentarios aprobados aquí
}
because-abuse = Parece abusivo: { $score } alcanza el umbral del sitio de { $threshold }, así que decide una persona
because-imported = Se importó de otro sistema

## What the checks found

reason-honeypot = Se rellenó un campo que las personas no ven
reason-not-opened = Se envió sin abrir el formulario
reason-forged = El código de su formulario no se creó aquí
reason-too-soon = El formulario se envió { $seconds } segundos después de abrirse
reason-too-late = { $hours ->
    [one] El formulario se envió { $hours } hora después de abrirse
   *[other] El formulario se envió { $hours } horas después de abrirse
}
reason-reused = { $count ->
    [one] { $count } comentario llegó de un formulario abierto una sola vez
   *[other] { $count } comentarios llegaron de un mismo formulario abierto una sola vez
}
# 10 stands for 10 or more.
reason-repeated = { $times ->
    [1] El mismo texto ya se publicó una vez
    [10] El mismo texto ya se publicó 10 veces o más
   *[other] El mismo texto ya se publicó { $times } veces
}
reason-network = { $count ->
    [one] { $count } comentario llegó
   *[other] { $count } comentarios llegaron
} de esta red en { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}
reason-email = { $count ->
    [one] { $count } comentario llegó
   *[other] { $count } comentarios llegaron
} de esta dirección de correo en { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}
reason-blocked-word = Contiene una palabra bloqueada: { $word }
reason-blocked-domain = Contiene un dominio bloqueado: { $domain }
reason-blocked-email = Su dirección de correo está bloqueada
reason-blocked-network = Su red está bloqueada
# 30 stands for 30 or more.
reason-copies = { $count ->
    [one] Casi igual a otro comentario
    [30] Casi igual a otros 30 o más
   *[other] Casi igual a otros { $count }
} en los últimos { $days } días{ $spam ->
    [0] { "" }
   *[other] , { $spam } de ellos spam
}
reason-language = Hamlet aún no conoce su idioma ({ $code }): decide una persona
reason-links = { $count ->
    [one] Tiene { $count } enlace
   *[other] Tiene { $count } enlaces
}; el sitio permite { $allowed }

## What the model read; it follows "because the comment" in a list

sign-looks = cómo está escrito: longitud, mayúsculas, enlaces y símbolos
sign-looks-links = { $links ->
    [one] { $links } enlace
   *[other] { $links } enlaces
} en { $words ->
    [one] una palabra
   *[other] { $words } palabras
}
sign-looks-capitals = el { $percent } % de sus letras son mayúsculas
sign-looks-short = tiene menos de tres palabras
sign-name = el nombre «{ $quoted }»
sign-email-domain = una dirección de correo en { $quoted }
sign-website = el sitio web { $quoted }
sign-passage = un pasaje que por sí solo parece spam
sign-link = enlaza a { $quoted }
sign-email = da una dirección de correo
sign-mention = se dirige a «{ $quoted }»
sign-hashtag = lleva la etiqueta «{ $quoted }»
sign-number = tiene el número «{ $quoted }»
sign-symbol = tiene «{ $quoted }»
sign-spelled = deletrea «{ $quoted }»
sign-word = dice «{ $quoted }»
sign-order = cómo se suceden sus palabras, números y símbolos
sign-links = { $links ->
    [0] ningún enlace
    [1] un enlace
   *[other] { $links } enlaces
} en { $words ->
    [1] una palabra
   *[other] { $words } palabras
}
sign-length = { $words ->
    [1] una palabra
   *[other] { $words } palabras
}
sign-symbols = { $percent } % de símbolos
sign-exclamations = { $count ->
    [one] { $count } signo de exclamación
   *[other] { $count } signos de exclamación
}
sign-digits = { $percent } % de cifras
sign-disguised = { $count ->
    [1] un carácter disfrazado u oculto
   *[other] { $count } caracteres disfrazados u ocultos
}
sign-markup = { $count ->
    [1] un fragmento de HTML
   *[other] { $count } fragmentos de HTML
}

## Mails to moderators

mail-queue-heading = { $count ->
    [1] Un comentario espera en { $place }
   *[other] { $count } comentarios esperan en { $place }
}
mail-queue-several-sites = varios sitios
mail-queue-subject = { $heading }: { $authors }
mail-queue-subject-others = { $heading }: { $authors } y otros
mail-queue-by = <strong><bdi>{ $author }</bdi></strong> en <bdi>{ $page }</bdi>
mail-queue-by-linked = <strong><bdi>{ $author }</bdi></strong> en <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-queue-by-text = { $author } en { $page } ({ $site }), { $received }
mail-queue-score = Filtro de spam: <strong>{ $score }</strong>
mail-queue-score-text = Filtro de spam: { $score }
mail-queue-percent = (spam: { $percent })
mail-queue-why = Por qué puede ser spam:
mail-queue-approve = Aprobar
mail-queue-spam = Spam
mail-queue-reject = Rechazar
mail-queue-approve-text = Aprobar:  { $url }
mail-queue-spam-text = Spam:     { $url }
mail-queue-reject-text = Rechazar: { $url }
mail-queue-open = Abrirlo en la moderación
mail-queue-open-text = Abrir:    { $url }
mail-queue-more = Y { $count } más.
mail-queue-more-linked = <a href="{ $url }">Y { $count } más en la moderación</a>.
mail-queue-foot = <a href="{ $desk }">La moderación</a> · <a href="{ $preferences }">Con qué frecuencia recibe correo</a> · <a href="{ $stop }">Dejar de recibir estos correos</a>
mail-queue-foot-text =
    La moderación: { $desk }
    Con qué frecuencia recibe correo: { $preferences }
    Para dejar de recibir estos correos: { $stop }
mail-queue-links = Cada enlace abre una página que pregunta una vez más antes de cambiar nada. Los enlaces son solo para usted y valen 7 días; por favor, no reenvíe este correo.

mail-test-subject = Un correo de prueba de Hamlet en { $service }
mail-test-title = El correo llega
mail-test = Alguien pidió a Hamlet en { $service } un correo de prueba. Es este: el correo llega.
mail-test-look = Si llegó a la carpeta de spam, mire docs/mail.md: SPF, DKIM y DMARC dicen de quién es de verdad un correo.

## Mails to commenters

mail-confirm-subject = { $site }: ¿quiere enterarse de las respuestas?
mail-confirm-title = Respuestas en { $site }
mail-confirm-question = ¿Quiere enterarse de las respuestas?
mail-confirm-public = Pidió que se le avise de las respuestas a sus comentarios en { $site }. Su comentario en <bdi>{ $page }</bdi> ya es público.
mail-confirm-public-text = Pidió que se le avise de las respuestas a sus comentarios en { $site }. Su comentario en esta página ya es público:
mail-confirm-yes = Sí, avísenme de las respuestas
mail-confirm-yes-text = Si quiere enterarse de las respuestas, confírmelo aquí:
mail-confirm-no = Si no lo pidió, no haga nada: no se le avisará de ninguna respuesta. O <a href="{ $url }">que no se le pregunte nunca más</a> en { $site }.
mail-confirm-no-text = Si no lo pidió, no haga nada: no se le avisará de ninguna respuesta. Para que no se le pregunte nunca más en { $site }:
mail-reply-heading = { $count ->
    [1] una respuesta a su comentario
   *[other] { $count } respuestas a sus comentarios
}
mail-reply-title = { $count ->
    [1] Una respuesta a su comentario
   *[other] Respuestas a sus comentarios
}
mail-reply-by = <strong><bdi>{ $author }</bdi></strong> respondió en <bdi>{ $page }</bdi>
mail-reply-by-linked = <strong><bdi>{ $author }</bdi></strong> respondió en <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-reply-by-text = { $author } respondió a su comentario en { $page } ({ $site }).
mail-reply-own = Usted escribió:
mail-reply-reply = La respuesta:
mail-reply-more = Y { $count } más.
mail-reply-stop = Recibe este correo porque pidió enterarse de las respuestas en { $site }. <a href="{ $url }">Dejar de recibir estos correos</a>.
mail-reply-stop-text = Recibe este correo porque pidió enterarse de las respuestas en { $site }. Para dejar de recibirlos:

## The comment form

form-title = Deje un comentario
form-title-refused = Su comentario aún no se envió
form-work-needs-script = Este sitio pide a cada remitente una prueba de trabajo, que necesita JavaScript.
form-name = Nombre
form-email = Correo electrónico
form-email-note = Su dirección de correo no se publicará.
form-website = Sitio web <span class="quiet">(opcional)</span>
form-text = Comentario
form-honeypot = Deje esto vacío
form-replies = Avisarme por correo de las respuestas
form-send = Enviar
read-title = Comentarios
read-none = Aún no hay comentarios.
read-count = { $count ->
    [one] { $count } comentario
   *[other] { $count } comentarios
}
read-write = Deje un comentario
read-reply = Responder a { $name }
read-more = Más comentarios
read-feed = Canal de estos comentarios
thanks-title = Gracias
thanks-published = Su comentario está publicado.
thanks-back = Volver al artículo
thanks-awaits = Su comentario está pendiente de moderación. Aparecerá cuando un moderador lo apruebe.

## The pages that links in mails lead to

link-unknown = Este enlace no funciona
link-unknown-text = Quizá se cortó por el camino. Copie el enlace entero del correo.
link-expired = Este enlace es demasiado antiguo
link-expired-text = Los enlaces de los correos valen 7 días. No se cambió nada.
link-refused = Este enlace ya no funciona
link-refused-text = El comentario ya no existe, o la cuenta para la que se hizo el enlace no puede decidir sobre él.
link-by = <strong><bdi>{ $author }</bdi></strong> en <bdi>{ $page }</bdi>
link-by-linked = <strong><bdi>{ $author }</bdi></strong> en <a href="{ $url }" rel="noreferrer"><bdi>{ $page }</bdi></a>
link-score = Filtro de spam: { $score }
link-why = Por qué puede ser spam:
link-undo = Deshacer
link-stale-title = Ya decidido
link-stale = Este comentario ha cambiado desde que se escribió el correo
link-stale-now = Ahora está: { $status }. Este enlace no cambió nada.
link-last-decided = { $who } decidió «{ $decision }» el { $when }.
link-last-undone = { $who } deshizo «{ $decision }» el { $when }.

link-ask-undo = ¿Deshacer la última decisión?
link-ask-approve = ¿Aprobar este comentario?
link-ask-spam = ¿Es spam este comentario?
link-ask-reject = ¿Rechazar este comentario?
link-ask-trash = ¿Mover este comentario a la papelera?
link-ask-hold = ¿Devolver este comentario a la cola?
link-do-undo = Deshacer
link-do-approve = Aprobar
link-do-spam = Marcar como spam
link-do-reject = Rechazar
link-do-trash = Mover a la papelera
link-do-hold = Devolver a la cola
link-because = Motivo, si quiere indicarlo
link-done-undo = Deshecho.
link-done-approve = Aprobado: el comentario es público.
link-done-spam = Marcado como spam.
link-done-reject = Rechazado: el comentario queda sin publicar.
link-done-trash = Movido a la papelera.
link-done-hold = Devuelto a la cola.

mail-stop = ¿Dejar de recibir correo sobre comentarios pendientes?
mail-stop-text = No recibirá más correo sobre comentarios pendientes, de ningún sitio. En la moderación, bajo su nombre, puede elegir en cambio con qué frecuencia lo recibe.
mail-stop-button = Dejar de recibir estos correos
mail-stopped = Detenido
mail-stopped-text = No recibirá más correo sobre comentarios pendientes. En la moderación, bajo su nombre, puede volver a activarlo.
replies-ask = ¿Enterarse de las respuestas en { $site }?
replies-ask-text = Cuando alguien responda a un comentario suyo, recibirá un correo. Cada uno tiene un enlace para dejar de recibirlos.
replies-yes = Sí, avísenme de las respuestas
replies-stop = ¿Dejar de recibir correo sobre respuestas en { $site }?
replies-stop-text = No recibirá más correo de este sitio y no se le volverá a preguntar.
replies-stop-button = Dejar de recibir estos correos
replies-confirmed = Se le avisará de las respuestas
replies-confirmed-text = Recibirá un correo cuando alguien responda a un comentario suyo.
replies-stopped = Detenido
replies-stopped-text = No recibirá más correo sobre respuestas de este sitio.

## Signing in and out

sign-in = Iniciar sesión
sign-in-email = Correo electrónico
sign-in-password = Contraseña
sign-in-forgot = ¿Olvidó su contraseña? Pida a un administrador un enlace de un solo uso. El administrador lo crea en la propia máquina con <code>hamlet moderator link</code>.
sign-in-nobody = Todavía nadie tiene una cuenta. Abra el enlace que Hamlet mostró donde se inició: funciona una vez, durante un día. Al iniciarse de nuevo, Hamlet muestra otro.
sign-in-wrong = La dirección o la contraseña no es correcta.
sign-in-too-many = Demasiados intentos. Espere un cuarto de hora e inténtelo de nuevo.
sign-in-link-nobody = Bienvenido. ¿Quién es usted?
sign-in-link-nobody-text = Este enlace vale una sola vez. Después iniciará sesión con su dirección y contraseña.
sign-in-link-first = Hola, { $name }
sign-in-link-choose = Elija una contraseña.
sign-in-link-known = Este enlace vale una sola vez; después iniciará sesión con su dirección, { $email }, y la contraseña.
sign-in-link-again = Iniciar sesión como { $name }
sign-in-link-again-text = Este enlace vale una sola vez. Elija aquí una contraseña nueva si olvidó la anterior.
sign-in-link-errors = Algo aún no está bien; vea abajo.
sign-in-link-name = Nombre
sign-in-link-name-note = Los demás moderadores lo ven junto a lo que usted decide.
sign-in-link-email-note = Para iniciar sesión y enterarse de los comentarios pendientes. Se guarda cifrada.
sign-in-link-new-password = Contraseña nueva <span class="quiet">o déjela vacía para conservar la suya</span>
sign-in-link-password-note = Al menos { $min } caracteres. Unas cuantas palabras que recuerde sirven bien.
sign-in-link-gone = Este enlace ya no vale
sign-in-link-gone-text = Un enlace de acceso vale una sola vez, durante 24 horas, y uno nuevo sustituye al anterior.
sign-in-link-gone-else = <a href="/sign-in">Inicie sesión con su contraseña</a> o pida a un administrador un enlace nuevo.
sign-out = Cerrar sesión
sign-out-ask = ¿Cerrar sesión?
sign-out-back = Volver a la moderación
sign-out-done = Ha cerrado la sesión
refused-title = Eso no funcionó
refused-back = A la moderación

## The desk: what every page has around it

desk = Moderación
desk-mail-to-files = El correo se escribe en archivos en <code>{ $folder }</code>: no le llega a nadie.
desk-mail-try = Configurarlo y probarlo
desk-unknown-proxy = Las peticiones llegan por un proxy que el servicio no conoce, así que todos los remitentes cuentan como uno: las frecuencias se cuentan para el proxy, y bloquear una red bloquea a todos. Ponga en <code>server.trusted_proxies</code> la dirección del proxy.
desk-skip = Ir a los comentarios
desk-main = Menú principal
desk-queue = Cola
desk-go = Ir a
desk-blocks = Bloqueados
desk-batches = Decididos juntos
desk-model = Modelo
desk-settings = Ajustes
desk-privacy = Privacidad
desk-activity = Actividad
desk-statistics = Estadísticas
desk-keys = Teclas
desk-undo = Deshacer
key-next = comentario siguiente, anterior
key-approve = aprobar
key-spam = spam
key-reject = rechazar: genuino pero no deseado; no enseña nada sobre spam
key-why = rechaza y dice por qué: «abuso» enseña qué lo es en este sitio
key-trash = papelera
key-hold = de vuelta a la cola
key-undo = deshacer lo último que decidió, en cualquier página
key-select = seleccionar; <kbd>Shift</kbd> <kbd>x</kbd> selecciona todos los mostrados
key-shift = <kbd>Shift</kbd> + una tecla
key-selected = decide sobre todos los seleccionados
key-open = abre el comentario
key-thread = muestra el comentario en su hilo
key-search = buscar
key-block = bloquear autor, dominio, red o frase
key-answer = responder al comentario
key-palette = ir a todo, hacer todo
key-help = esta ayuda
keys-on = Usar estas teclas
keys-close = Cerrar

## The desk: the queue

queue-only-comments-by-one-author = Solo comentarios de un autor.
queue-change-the-filter-above = Cambie el filtro de arriba.
queue-new-comments-appear-here-as = Aquí aparecen los comentarios que una persona debería ver. Los que casi seguro son spam están en Spam, y se pueden sacar de ahí.
queue-meanwhile = Con <kbd>j</kbd> y <kbd>k</kbd> recorre una lista, con <kbd>a</kbd> aprueba, con <kbd>s</kbd> marca como spam, y <kbd>z</kbd> deshace lo último que hizo.
queue-no-comment-has-this-status = Ningún comentario tiene este estado.
queue-comments = Comentarios
queue-nothing-to-show = Nada que mostrar
queue-nothing-matches = Sin coincidencias
queue-nothing-waits-for-you = Nada le espera
queue-nothing-here = No hay nada aquí
queue-more-filters = Más filtros
queue-every-site = todos los sitios
queue-any = cualquiera
queue-with-a-link = con enlace
queue-without = sin
queue-apply = Aplicar
queue-approve = Aprobar
queue-spam = Spam
queue-reject = Rechazar
queue-trash = Papelera
queue-why = Por qué, al rechazar:
queue-why-unsaid = sin motivo
queue-back-to-the-queue = De vuelta a la cola
queue-search = Buscar
queue-site = Sitio
queue-score = Puntuación
queue-order = Orden
queue-page = Página
queue-reason = Motivo
queue-links = Enlaces
queue-from = Desde
queue-to = Hasta
queue-selected-comments = Comentarios seleccionados:
queue-clear = Limpiar
queue-read-on = Seguir leyendo
queue-first-page = Primera página
queue-next-page = Página siguiente
queue-page-size = Comentarios por página
queue-comments-by-status = Comentarios por estado
queue-text-name-or-website = Palabras, nombre, sitio web o correo
queue-path-or-address = /ruta o dirección
queue-pages = Páginas

queue-decide = Decidir
queue-roomy = más espacio
queue-answers = Responde a
queue-a-reply = Una respuesta
# Below a comment in a list that others are folded into: they are decided about with it.
queue-copies = { $count ->
    [one] Con { $number } copia casi igual
   *[other] Con { $number } copias casi iguales
} { $pages ->
    [one] en una página
   *[other] en { $pages } páginas
}{ $sites ->
    [one] { "" }
   *[other] { " " }de { $sites } sitios
}
queue-show-copies = Mostrarlas
queue-only-copies = Solo las copias casi iguales de un comentario.
queue-only-decided = Este orden muestra solo los comentarios sobre los que alguien ha decidido.
imports-title = Importaciones y páginas movidas
imports-imports = Importaciones hasta ahora
imports-how = Los archivos más grandes, y los comentarios tomados directamente de un sitio, se importan en la máquina donde funciona Hamlet:
imports-none = Aún no se ha importado nada.
imports-new = { $count ->
    [one] { $number } comentario nuevo
   *[other] { $number } comentarios nuevos
}
imports-not-ended = No terminó o está en curso. Si se importa de nuevo, continúa.
imports-taken-back = { $count ->
    [0] Deshecha por completo
    [one] Deshecha, salvo un comentario sobre el que alguien había decidido
   *[other] Deshecha, salvo { $number } comentarios sobre los que alguien había decidido
}
imports-unchanged = { $count ->
    [one] { $number } ya estaba
   *[other] { $number } ya estaban
}
imports-ham = { $number } etiquetados como genuinos
imports-spam = { $number } etiquetados como spam
imports-unlabelled = { $number } sin etiqueta
imports-orphans = { $count ->
    [one] { $number } responde a un comentario que no está aquí
   *[other] { $number } responden a comentarios que no están aquí
}
imports-withheld = { $number } no públicos: { $why }
imports-skipped = { $number } omitidos: { $why }
imports-doubts = { $number } no entendidos del todo: { $why }
imports-not-understood = Lo que no se entendió y lo que conviene saber
imports-take-back = Deshacerla
imports-what-goes = Borrar sus comentarios y lo aprendido de ellos, salvo aquellos sobre los que alguien decidió después
imports-take-it-back = Deshacer esta importación
imports-say-that-you-are-sure = Confirme que está seguro.
imports-removed = { $count ->
    [one] Se quitó de nuevo { $number } comentario.
   *[other] Se quitaron de nuevo { $number } comentarios.
}
imports-kept = { $count ->
    [one] Queda uno: alguien decidió sobre él después.
   *[other] Quedan { $number }: alguien decidió sobre ellos después.
}
imports-move-a-page = Mover los comentarios de una página
imports-move-hint = Cuando un artículo tiene ahora otra dirección, o un hilo se partió en dos: los comentarios se unen a los que hay allí.
imports-from-page = De esta página
imports-to-page = A esta página
imports-move = Moverlos
imports-moved = { $count ->
    [0] No hay comentarios en esa página.
    [one] Se movió { $number } comentario.
   *[other] Se movieron { $number } comentarios.
}
imports-no-such-site = No existe ese sitio.
imports-from-a-file = Importar un archivo
imports-file-hint = Comentarios de otro sistema, con lo que se decidió sobre ellos. Primero verá lo que vendría. Lo que allí no era público espera aquí.
imports-what-it-is = Qué es
imports-find-out = Averiguarlo
imports-at-most = Como máximo { $number } MiB, comprimido con gzip o no. Los mayores:
imports-same-file = No se guardó nada de él: elija otra vez el mismo archivo y se importará.
imports-try-it = Ver lo que vendría
imports-do-it = Importarlo
imports-would-come = { $count ->
    [0] No vendría ningún comentario.
    [one] Vendría { $number } comentario.
   *[other] Vendrían { $number } comentarios; los que ya están aquí se quedan como están.
}
imports-too-large = Aquí se aceptan como máximo { $number } MiB. Impórtelo en la máquina donde funciona Hamlet.
imports-choose-a-file = Elija primero un archivo.
imports-no-such-format = No existe ese formato.
comment-copies = Copias casi iguales
comment-copies-say = { $count ->
    [one] Con { $number } copia casi igual
   *[other] Con { $number } copias casi iguales
} { $pages ->
    [one] está en una página
   *[other] está en { $pages } páginas
}{ $sites ->
    [one] { "" }
   *[other] { " " }de { $sites } sitios
}
comment-copies-elsewhere = { $count ->
    [one] Hay otra en un sitio que usted no modera.
   *[other] Hay otras { $number } en sitios que usted no modera.
}
comment-copies-too = { $verb }: { $count ->
    [one] también la copia que espera
   *[other] también las { $number } copias que esperan
}
queue-site-name = nombre del sitio
queue-sites-like-that = Sitios con ese nombre:
status-pending = Pendientes
status-approved = Aprobados
status-spam = Spam
status-rejected = Rechazados
status-trash = Papelera
status-all = Todos
order-newest = Más recientes primero
order-oldest = Más antiguos primero
order-uncertain = Más dudosos primero
order-spammiest = Más spam primero
order-abusive = Más abusivos primero
order-decided = Decididos más recientemente primero
abuse-abuse = Abuso
abuse-seems = Parece abusivo, { $percent } %
abuse-seems-kind = Parece abusivo, { $percent } %: { $kind }
abuse-seems-not = No parece abusivo, { $percent } %
abuse-no-language = Sin juicio sobre abuso: el modelo no conoce el idioma
abuse-likely = probablemente abusivo
abuse-sure = casi seguro abusivo
abuse-severe = muy hostil
abuse-insult = un insulto
abuse-threat = una amenaza
abuse-identity-attack = contra lo que las personas son
abuse-obscene = obsceno
abuse-sexual = sexual
check-honeypot = campo oculto rellenado
check-timing = formulario enviado demasiado pronto o tarde
check-duplicate = el mismo texto otra vez
check-rate = muchos de un lugar
check-blocklist = palabra o dirección bloqueada
check-links = muchos enlaces
check-language = un idioma que Hamlet no conoce
check-copies = copias casi iguales en otro lugar
queue-language = Idioma
comment-language = Idioma: { $code }
score-none = no evaluado
score-spam = probablemente spam
score-uncertain = dudoso
score-genuine = probablemente genuino
score-sure-spam = casi seguro spam
score-sure-genuine = casi seguro genuino
score-likely = de probabilidad de spam
why-reviewed = Este sitio revisa cada comentario
age-now = ahora mismo
age-minutes = hace { $number } min
age-hours = hace { $number } h
age-days = hace { $number } d

## The desk: first steps

start-title = Primeros pasos
start-done = hecho
start-site = Añada su sitio, con la dirección de sus páginas
start-page = Ponga las dos líneas en una página y ábrala una vez
start-comment = Reciba un primer comentario
start-mail = Configure el correo y envíese una prueba
start-people = Invite a un colega

## The desk: block rules

blocks-title = Bloqueados
blocks-what-they-are = Los comentarios que cumplen una de estas reglas se retienen o pasan a spam, sea cual sea su puntuación. No se tira nada.
blocks-none = No hay nada bloqueado
blocks-how-to = Abra un comentario y elija «Bloquear» (tecla <kbd>b</kbd>) para bloquear a su autor, un dominio, su red o una frase.
blocks-added = La regla está en vigor.
blocks-what = Qué
blocks-where = Dónde
blocks-does = Entonces
blocks-until = Hasta
blocks-by = Creada por
blocks-hidden = (solo se guarda su resumen cifrado)
blocks-remove = Quitar
blocks-hits = Aciertos recientes
blocks-hits-of = { $hits } de los últimos { $all }, { $approved } aprobados
blocks-hit-last = el último { $when }
blocks-hits-none = ninguno de los últimos { $all }
blocks-import = Añadir una lista
blocks-import-what = Las palabras no permitidas de WordPress, una lista de dominios o direcciones, uno por línea, o un archivo guardado aquí. El tipo de cada línea se reconoce por ella.
blocks-import-list = La lista, una entrada por línea
blocks-import-try = Probarla primero
blocks-import-do = Añadir la lista
blocks-import-site = Para qué sitio
blocks-import-tried = Se añadirían { $new } reglas; { $known } ya están. Juntas habrían afectado a { $hits } de los últimos { $all } comentarios, { $approved } de ellos aprobados.
blocks-imported = Se añadieron { $new } reglas; { $known } ya estaban.
blocks-import-refused = No aceptadas:
blocks-import-line = Línea { $line }: { $text }
blocks-export = Guardar las reglas en un archivo
blocks-remove-named = Quitar la regla { $what }
block-title = Bloquear
block-what = Qué se bloquea
block-word = la palabra o frase
block-phrase = Palabra o frase
block-email = la dirección
block-network = la red
block-domain = el dominio
block-trial = Habría afectado a { $hits } de los últimos { $all } comentarios, { $approved } de ellos aprobados.
block-then = Qué pasa con esos comentarios
block-holds = los mira una persona
block-spam = son spam
block-how-long = Por cuánto tiempo
block-a-week = una semana
block-a-month = un mes
block-a-year = un año
block-for-good = para siempre
block-note = Motivo <span class="quiet">opcional</span>
block-everywhere = En todos los sitios
block-force = Añadirla aunque afecte a tantos
block-do = Bloquear
block-try = Solo probar

## The desk: what the last form did

flash-unchanged = No se cambió nada.
flash-noted = La nota está en el historial.
flash-answered = Su respuesta está publicada.
flash-edited = El texto se cambió; el anterior está en el historial.
flash-unedited = El texto vuelve a ser el de antes del cambio.
flash-erased = Se eliminó definitivamente.
flash-nothing-to-undo = No queda nada del último día que deshacer.
flash-broken-undo = { $count ->
    [one] El servicio falló antes de llegar a { $number } comentario más.
   *[other] El servicio falló antes de llegar a { $number } comentarios más.
}
flash-broken = Luego falló el servicio: el resto sigue como estaba. Inténtelo de nuevo.
flash-left-own = { $count ->
    [one] { $number } quedó igual: ya lo había cambiado usted antes.
   *[other] { $number } quedaron igual: ya los había cambiado usted antes.
}
flash-left = { $count ->
    [one] { $number } quedó igual: cambió entretanto. Mírelo de nuevo.
   *[other] { $number } quedaron igual: cambiaron entretanto. Mírelos de nuevo.
}
flash-left-by = { $count ->
    [one] { $number } quedó igual: { $who } lo cambió entretanto. Mírelo de nuevo.
   *[other] { $number } quedaron igual: { $who } los cambió entretanto. Mírelos de nuevo.
}
flash-undo-rest = Deshacer el resto
flash-undo-all = { $count ->
    [one] Deshacer
   *[other] Deshacer los { $number }
}

## The desk: lists with a name

views-title = Listas guardadas
views-what-they-are = Filtros y órdenes a los que dio un nombre. Cada lista tiene su propia dirección, que sirve de marcador.
views-none = Ninguna todavía
views-how-to = Acote la cola con los filtros y guarde luego la lista con un nombre.
views-remove = Quitar
views-remove-named = Quitar la lista { $name }
views-change = cambiar
views-keep = Guardar esta lista
views-name = Nombre
views-keep-it = Guardar
views-too-long = Estos filtros son demasiado largos para guardarlos.
views-too-many = Ya hay { $number } listas. Quite una primero.

## What the desk's scripts say. "count" chooses the form of a sentence, "number" is the number as it is written.

number-separator = .
language-name = Español
language-direction = ltr
js-decided-approve = { $count ->
    [one] { $number } comentario aprobado.
   *[other] { $number } comentarios aprobados.
}
js-decided-spam = { $count ->
    [one] { $number } comentario marcado como spam.
   *[other] { $number } comentarios marcados como spam.
}
js-decided-reject = { $count ->
    [one] { $number } comentario rechazado.
   *[other] { $number } comentarios rechazados.
}
js-decided-trash = { $count ->
    [one] { $number } comentario movido a la papelera.
   *[other] { $number } comentarios movidos a la papelera.
}
js-decided-hold = { $count ->
    [one] { $number } comentario devuelto a la cola.
   *[other] { $number } comentarios devueltos a la cola.
}
js-taken-back = { $count ->
    [one] Deshecho en { $number } comentario.
   *[other] Deshecho en { $number } comentarios.
}
js-did-approve = aprobado
js-did-spam = marcado como spam
js-did-reject = rechazado
js-did-trash = movido a la papelera
js-did-hold = devuelto a la cola
js-verb-approve = Aprobar
js-verb-spam = Marcar como spam
js-verb-reject = Rechazar
js-verb-trash = Mover a la papelera
js-verb-hold = Devolver a la cola
js-why-abuse = abuso
js-why-off_topic = fuera de tema
js-why-low_quality = no aporta nada
js-why-private_information = información privada
js-why-impersonation = se hace pasar por otra persona
js-why-illegal = contra la ley
js-reject-because = Rechazar: { $reason }
js-reject-why = Rechazar y decir por qué
js-now-pending = pendiente
js-now-approved = aprobado
js-now-spam = spam
js-now-rejected = rechazado
js-now-trash = en la papelera
js-line-approve = Aprobado: { $who }
js-line-spam = Marcado como spam: { $who }
js-line-reject = Rechazado: { $who }
js-line-trash = En la papelera: { $who }
js-line-hold = De vuelta en la cola: { $who }
js-undo = Deshacer
js-undo-line = Deshacer: { $what }
js-close = Cerrar
js-leave-them = Cancelar
js-sure = { $verb }: { $count ->
    [one] ¿{ $number } comentario?
   *[other] ¿{ $number } comentarios?
}
js-sure-yes = { $verb }: { $number }
js-show = Mostrar
js-selected = { $count ->
    [one] { $number } seleccionado
   *[other] { $number } seleccionados
}
js-select-all = Seleccionar todos los mostrados
js-all-done = Todo listo aquí
js-what-else = Ver qué más hay
js-signed-out = su sesión ha terminado.
js-sign-in = Iniciar sesión
js-no-answer = el servicio no responde. Inténtelo de nuevo.
js-not-decided-approve = No aprobado.
js-not-decided-spam = No marcado como spam.
js-not-decided-reject = No rechazado.
js-not-decided-trash = No movido a la papelera.
js-not-decided-hold = No devuelto a la cola.
js-comment-by = el comentario de { $who }
js-comments = { $count ->
    [one] { $number } comentario
   *[other] { $number } comentarios
}
js-failed = No hecho: { $what }: { $why }
js-just-back = acababa de volver. Mire de nuevo.
js-gone = Ya no está: { $what }.
js-faster = { $who } fue más rápido: { $what }, ahora { $status }. Mire de nuevo.
js-faster-many = { $who } cambió antes que usted: { $what }. Mire de nuevo.
js-you-before = Usted ya había cambiado: { $what }. Mire de nuevo.
js-changed = Cambiado entretanto: { $what }. Mire de nuevo.
js-before-you = { $who } decidió antes: { $did }, { $when }.
js-you-decided = Usted ya decidió: { $did }, { $when }.
js-edited-before-you = { $who } cambió el texto, { $when }. Léalo de nuevo.
js-undone-before-you = { $who } deshizo una decisión: ahora { $status }, { $when }.
js-changed-now = Cambió entretanto: ahora { $status }.
js-decided-by = { $who }: { $did }, { $when }
js-changed-since = { $who } lo cambió después: ahora { $status }.
js-changed-since-you = Usted lo cambió después: ahora { $status }.
js-not-taken-back = No deshecho.
js-some-not-taken-back = No en { $what }: { $why }
js-rest-changed = Alguien cambió el resto después.
js-you = Usted
js-seconds-ago = hace { $number } s
js-minutes-ago = hace { $number } min
js-at = a las { $when }
js-select-first = Seleccione primero un comentario: pulse j.
js-select-some = Seleccione primero comentarios.
js-not-loaded = { $count ->
    [one] No se pudieron cargar los comentarios siguientes: una tecla no se usó.
   *[other] No se pudieron cargar los comentarios siguientes: { $number } teclas no se usaron.
}
js-new = { $count ->
    [one] { $number } nuevo: mostrar
   *[other] { $number } nuevos: mostrar
}
js-more = Más
js-open = Abrir
js-undo-last = Deshacer lo último que decidió
js-keys = Teclas
js-what-to-do = ¿Adónde, o qué hacer?
js-nothing-like-that = Nada se llama así
js-saved-list = lista
js-looking = { $who } lo está viendo

## The desk: a comment by itself

text-invisible = { $code }: un carácter invisible
comment-comment = Comentario
comment-plus-speaks-for-spam-minus = Más cuenta a favor de spam, menos en contra.
comment-history = Historial
comment-judgement = Evaluación
comment-author = Autor
comment-decided-before = Decidido antes
comment-checks-that-fired = Comprobaciones que saltaron
comment-what-counted-in-the-text = Qué contó en el texto
comment-also-by-this-author = También de este autor
comment-from-the-same-network = De la misma red
comment-with-the-same-web-site = Con el mismo sitio web
comment-note-for-the-history-with = Nota <span class="quiet">para el historial, con una decisión o sola</span>
comment-email = Correo
comment-website = Sitio web
comment-comments = Comentarios
comment-add-note = Añadir nota
comment-next = Siguiente
comment-block = Bloquear
comment-answer = Responder
comment-answer-as = Su respuesta, publicada con el nombre { $name }
comment-answer-approves = Aprobar el comentario al que responde
comment-answer-send = Publicar la respuesta
comment-thread = Hilo
answer-needs-address = Su cuenta necesita una dirección de correo antes de que pueda responder.
verdict-publish = publicado al momento
verdict-hold = retenido para una persona
verdict-spam = apartado como spam
decision-approve = aprobar
decision-spam = spam
decision-reject = rechazar
decision-trash = papelera
decision-hold = retener
history-arrived = Recibido: { $to }
history-decided = decidió «{ $decision }»: ahora { $to }
history-undone = deshizo «{ $decision }»: de nuevo { $to }
history-revealed = vio la dirección completa
history-edited = cambió el texto
history-edit-undone = deshizo el cambio del texto
history-before = El texto anterior
history-noted = anotó
door-token = API
door-mail = por correo
door-client = informado por un programa
door-command = línea de comandos
door-other = otra
comment-show-it-whole = Mostrar la dirección
comment-taken-back = (deshecho)
comment-that-you-looked-goes-into = El historial dice entonces que usted la vio.
comment-all-of-theirs-that-wait = Todos sus comentarios pendientes

## The desk: before many are decided

confirm-these-are-all-that-match = Son todos los que coinciden con la lista de la que viene, en todas las páginas. Puede deshacerlos juntos durante 30 días, aquí o en <a href="/desk/batches">Decididos juntos</a>.
confirm-leave-them = Cancelar
confirm-question = { $verb }: { $count ->
    [one] ¿{ $number } comentario?
   *[other] ¿{ $number } comentarios?
}
confirm-all = { $verb }: los { $number }

## The desk: what was decided together

batches-decided-together = Decididos juntos
batches-what-was-decided-about-several = Lo que se decidió sobre varios comentarios a la vez en los últimos 30 días. Al deshacerlo no se toca lo que alguien decidió después.
batches-select-several-comments-or-all = Seleccione varios comentarios, o todos los que coinciden, y decida sobre ellos: aparecerá aquí.
batches-nothing-was = Nada todavía
batches-taken-back = deshecho
batches-taking-back = se está deshaciendo

## The desk: what operators did

statistics-none = Desde ayer no llegó ningún comentario.
statistics-lately = { $count ->
    [one] Desde ayer llegó { $number } comentario
   *[other] Desde ayer llegaron { $number } comentarios
}: { $aside } apartados como spam, { $published } publicados, { $held } retenidos para decidir.
statistics-at-least = { $count ->
    [one] Desde ayer llegó al menos { $number } comentario, y aún se están contando más.
   *[other] Desde ayer llegaron al menos { $number } comentarios, y aún se están contando más.
}
statistics-waiting = { $count ->
    [0] Ahora no espera nada.
    [one] Ahora espera { $number } comentario.
   *[other] Ahora esperan { $number } comentarios.
}
statistics-over = { $count ->
    [one] En { $number } día
   *[other] En { $number } días
}: llegaron { $came }, { $aside } apartados por sí solo como spam; las personas recuperaron { $back } y marcaron como spam { $missed } que se colaron.
statistics-until = Contado hasta { $at } (UTC). Los días son de UTC; los comentarios importados no cuentan.
statistics-days = { $count ->
    [one] { $number } día
   *[other] { $number } días
}
statistics-period = Período
statistics-every-site = Todos los sitios
statistics-csv = Estas sumas en un archivo CSV
statistics-by-day = Comentarios por día
statistics-by-day-chart = Comentarios recibidos por día; los apartados como spam, encima del resto
statistics-decisions = Decisiones por día
statistics-decisions-chart = Decisiones por día, sin las deshechas
statistics-wait = Tiempo hasta la primera decisión
statistics-wait-chart = Comentarios retenidos, por horas hasta la primera decisión, hasta un día
statistics-wait-none = Aún no se ha decidido sobre ningún comentario retenido.
statistics-wait-half = La mitad esperó menos de { $time }.
statistics-wait-half-more = Más de la mitad esperó más de un día.
statistics-within = En menos de
statistics-share = Parte
statistics-minutes = { $count ->
    [one] { $number } minuto
   *[other] { $number } minutos
}
statistics-hours = { $count ->
    [one] { $number } hora
   *[other] { $number } horas
}
statistics-longer = más
statistics-hours-axis = horas hasta la decisión
statistics-key-came = <span class="spam">apartados como spam</span> <span class="ham">el resto</span>
statistics-bar-day = { $day }: llegaron { $came }, { $aside } apartados como spam
statistics-bar-decided = { $day }: { $decided } decididos
statistics-bar-wait = tras { $from } a { $to } horas: { $comments }
statistics-day = Día
statistics-came = Recibidos
statistics-aside = Apartados
statistics-held = Retenidos
statistics-published = Publicados
statistics-decided = Decididos
statistics-back = Deshechos
statistics-missed = Se colaron
statistics-by-site = Por sitio
statistics-by-page = Por página
statistics-by-page-text = Las veinte con más comentarios.
statistics-by-language = Por idioma
statistics-by-because = Por qué
statistics-by-because-text = Qué hizo que Hamlet publicara, retuviera o apartara.
statistics-by-reason = Motivos que dieron las personas
statistics-site = Sitio
statistics-page = Página
statistics-language = Idioma
statistics-reason = Motivo
statistics-people = Quién decidió
statistics-people-you = Lo que usted decidió
statistics-people-text = Por orden de nombres. «Cambiados» son los que un colega decidió de otro modo o deshizo después; cada persona ve su línea, los administradores todas.
statistics-person = Persona
statistics-changed = Cambiados
statistics-stood = Quedaron igual
statistics-nothing = Nada todavía.
statistics-nothing-text = Cuando lleguen comentarios y se decida sobre ellos, aquí se suma unos minutos después qué fue de ellos.
statistics-unknown = desconocido
statistics-because-score = probablemente spam por su puntuación
statistics-because-trusted = un autor de confianza
statistics-because-trusted_not_this = un autor de confianza, pero no este comentario
statistics-because-labels_too_few = muy pocas etiquetas para basarse en ellas
statistics-because-all_reviewed = el sitio lo revisa todo
statistics-because-few_approved = se aprobaron muy pocos comentarios del autor
statistics-because-abuse = probablemente abusivo
statistics-because-not_judged = el modelo no pudo evaluar
activity-activity = Actividad
activity-on-sites = en { $count ->
    [one] { $count } sitio
   *[other] { $count } sitios
}
activity-nothing-yet = Nada todavía.
activity-what-operators-did = Qué hicieron los administradores
activity-when = Cuándo
activity-who = Quién
activity-what = Qué
activity-to-what = Sobre qué
activity-more = Más
activity-older = Más antiguos
activity-acts = Acciones
activity-decisions = Decisiones
activity-decisions-text = Quién decidió qué, lo más reciente primero. Lo que nadie ha decidido después se puede deshacer aquí.
activity-nothing-decided = Aún no se ha decidido nada.
activity-earlier = Anteriores
activity-decided = { $did }: un comentario de { $author }
activity-undo = Deshacer: { $what }
act-address-reveal = vio una dirección completa
act-comments-export = exportó comentarios
act-comments-import = importó comentarios
act-comments-import-undo = deshizo una importación
act-key-add = creó la clave de un programa
act-key-revoke = revocó la clave de un programa
act-mail-retry = reintentó un correo
act-model-activate = puso en uso un modelo
act-model-roll-back = volvió al modelo anterior
act-model-train = inició un entrenamiento
act-person-add = añadió un moderador
act-person-change = cambió una cuenta
act-person-link = creó un enlace de acceso
act-person-password = puso una contraseña
act-person-remove = quitó un moderador
act-rule-add = añadió una regla de bloqueo
act-rule-import = añadió una lista de reglas de bloqueo
act-rule-remove = quitó una regla de bloqueo
act-samples-add = añadió textos etiquetados
act-sealing-key-retire = retiró las claves de cifrado antiguas
act-sealing-key-rotate = cambió la clave de cifrado
act-session-end-all = cerró todas las sesiones
act-site-add = añadió un sitio
act-site-change = cambió un sitio
act-site-abuse-trial = vio qué haría retener por abuso
act-site-remove = quitó un sitio
act-subject-erase = borró los datos de una persona
act-subject-export = vio los datos de una persona
act-token-add = creó un token
act-token-revoke = revocó un token
act-webhook-add = añadió un webhook
act-webhook-remove = quitó un webhook

## The desk: your account

me-your-account = Su cuenta
me-saved = Guardado.
me-nothing-was-saved-some-of = No se guardó nada: algo no está bien.
me-ends-every-session-of-yours = Cierra todas sus sesiones, también esta, y los enlaces de acceso sin usar. Los tokens que creó siguen valiendo.
me-mail-to-files = Aún no hay ningún servidor de correo configurado, así que no le llega correo.
me-mail-about-comments-that-wait = Correo sobre comentarios pendientes
me-address-and-password = Dirección y contraseña
me-sessions = Sesiones
me-as-above = como arriba
me-another-site = Otro sitio
me-another-hint = Su nombre en las direcciones: tendrá entonces su propia línea arriba.
me-save = Guardar
me-language = Idioma
me-language-of-browser = como en el navegador
me-sign-out-everywhere = Cerrar todas las sesiones
me-name = Nombre
me-other-moderators-see-it-beside = Los demás moderadores lo ven junto a lo que usted decide.
me-new-address = Dirección nueva
me-leave-it-empty-to-keep = Déjela vacía para conservar la suya.
me-new-password = Contraseña nueva
me-at-least-10-characters-it = Al menos 10 caracteres. Se cerrarán sus demás sesiones.
me-present-password = Contraseña actual
me-needed-to-change-the-address = Necesaria para cambiar la dirección o la contraseña.

## The desk: a site

site-settings = <a href="/desk/settings">Ajustes</a>
site-saved = Guardado.
site-nothing-was-saved-some-of = No se guardó nada: algo no está bien.
site-otherwise-it-is-judged-and = Si no, se evalúa y se olvida. <a href="/desk/settings#keys">Sus claves</a> están en los ajustes.
site-on-your-pages = En sus páginas
site-snippet-hint = Ponga estas dos líneas donde deban aparecer los comentarios y abra después esa página una vez.
site-what-scores-do = Qué hacen las puntuaciones
site-what-counts-as-evidence = Qué cuenta como indicio
site-programs-that-ask-about-comments = Programas conectados
site-name = Nombre
site-origins-of-its-pages-one = Direcciones de sus páginas, una por línea
site-origins-hint = Solo las páginas de ahí pueden mostrar y enviar sus comentarios desde un navegador.
site-origin-proposed = <bdi>{ $origin }</bdi> figura abajo y aún no está guardado. Guárdelo si es suyo.
site-save = Guardar
site-remove = Quitar este sitio
site-remove-text = Se quita con sus comentarios, modelos, reglas, claves y ajustes: enseguida, para todos y definitivamente.
site-remove-type = Escriba { $name } para confirmarlo
site-remove-mismatch = Ese no es el nombre del sitio que se iba a quitar. Sigue ahí.
site-a-comment-without-a-form = Un comentario sin código de formulario cuenta a favor de spam
site-what-they-ask-about-is = Lo que consultan se guarda para revisarlo aquí
site-careful = Prudente
site-balanced = Equilibrado
site-strict = Estricto
site-spam-proposed = { $percent } % figura abajo y aún no está guardado.
site-spam-from = Spam desde
site-a-score-from-0-to = A partir de esta puntuación, un comentario se aparta como spam: de 1 a 100.
site-authors-are-trusted-after = Los autores son de confianza tras
site-so-many-comments-of-theirs = Tantos comentarios suyos que una persona aprobó, enviados todos desde un mismo navegador y con una misma dirección. Entonces se publican al momento mientras nada hable en su contra y no enlacen a nada nuevo. Vacío: nadie, y una persona ve cada comentario.
site-published-at-once-below = Publicado al momento por debajo de
site-a-trusted-author-s-comment = Un comentario de un autor de confianza con menor puntuación no necesita revisión: por debajo de la anterior.
site-links = Enlaces
site-more-in-one-comment-speak = Más en un comentario apuntan a spam.
site-seconds = Segundos
site-a-form-sent-sooner-after = Un formulario enviado antes tras abrirse cuenta a favor de spam.
site-hours = Horas
site-a-form-sent-later-after = Un formulario enviado más tarde tras abrirse, también.
site-keeping = Cuánto tiempo
site-spam-days = Días de spam
site-so-many-days-after = Tantos días después de pasar a spam se borra definitivamente; lo que los modelos aprendieron permanece. Vacío: nunca.
site-trash-days = Días de la papelera
site-likewise-the-trash = Lo mismo para lo que está en la papelera.
site-pages = Direcciones de páginas
site-trailing-slash = Una barra al final
site-slash-kept = cuenta: /post y /post/ son dos páginas
site-slash-added = siempre está: /post es /post/
site-slash-removed = nunca está: /post/ es /post
site-drop-index = /post/index.html es /post/
site-parameters = Parámetros que distinguen páginas
site-parameters-hint = Como p, separados por espacios; un guion solo: ninguno. Vacío: todos menos los que dicen de dónde vino un lector (utm_source, fbclid y otros). Cuando esto cambia, los comentarios se mueven a donde está ahora su página.
site-proof-of-work = Prueba de trabajo
site-zero-bits-1-to-24 = Cuánto trabaja el navegador del remitente antes de poder enviar: de 1 a 24 bits; 16 tardan un momento. Vacío: nada.
site-abuse = Cuán abusivos parecen los comentarios
site-abuse-off = no se calcula
site-abuse-show = se muestra a los moderadores
site-abuse-hold = se muestra, y los comentarios que parecen abusivos se retienen para ellos
site-abuse-hint = Antes de que se retenga nada, vea lo que habría hecho.
site-abuse-from = Retener desde
site-abuse-from-hint = De 50 a 100. Nada se publica, aparta ni descarta por ella.

## The desk: settings

settings-settings = Ajustes
settings-none-a-program-that-moderates = Ninguno. Un programa que modera o importa se identifica con uno.
settings-send-me-a-test-mail = Enviarme un correo de prueba
settings-mail-how = El correo se entrega en cuanto <code>mail.url</code> (o <code>HAMLET_MAIL__URL</code>) indica un servidor de correo, como <code>smtp://user:password@mail.example.org</code>, y Hamlet se ha iniciado de nuevo. <code>docs/mail.md</code> tiene recetas para los proveedores habituales.
settings-none-everything-was-delivered-or = Ninguno: todo se entregó o se sigue intentando.
settings-sites = Sitios
settings-moderators = Moderadores
settings-tokens-for-programs = Tokens para programas
settings-mail-that-was-given-up = Correo no entregado
settings-name-in-addresses = Nombre en las direcciones
settings-slug-hint = Letras minúsculas, cifras y guiones, como mi-blog. Figura en las líneas que usted pone en sus páginas.
settings-name-for-people = Nombre para las personas
settings-origins-of-its-pages = Direcciones de sus páginas
settings-origins-hint = Cómo empiezan, como https://example.org, sin ruta. Si son varias, con un espacio entre ellas.
settings-name = Nombre
settings-email = Correo electrónico
settings-role = Función
settings-every-site = todos los sitios, también los que se añadan después
settings-only-these = solo estos
settings-find-a-site = Hay { $number } sitios. Busque por nombre:
settings-find = Buscar
settings-nothing-done = No se hizo nada: algo no está bien.
settings-what-it-is-for = Para qué es
settings-add-a-site = Añadir un sitio
settings-add-a-moderator = Añadir un moderador
settings-make-a-token = Crear un token
settings-moderator-decides-about-comments = moderador: decide sobre comentarios
settings-operator-runs-the-place-too = administrador: también gestiona el servicio
settings-moderator = moderador
settings-operator = administrador
settings-site = Sitio
settings-its-pages = Sus páginas
settings-what-to-do = <span class="away">Qué hacer</span>
settings-owner = Propietario
settings-last-used = Último uso
settings-mail = Correo
settings-to = Para
settings-from = De
settings-why = Motivo
settings-add-the-site = Añadir el sitio
settings-sign-in-link = Enlace de acceso
settings-remove = Quitar
settings-add-the-moderator = Añadir el moderador
settings-revoke = Revocar
settings-make-the-token = Crear el token
settings-try-again = Reintentar
settings-none-named-no-browser-of = ninguna todavía: ninguna página puede enviar aquí
settings-you = usted
settings-link-for = Crear un enlace de acceso para { $name }
settings-remove-named = Quitar a { $name }
settings-revoke-named = Revocar { $name }
settings-try-again-named = Reintentar: { $kind } a { $to }
settings-tokens-end = Un token termina con la cuenta de quien lo creó y no puede más que esa persona.
settings-ownerless = { $count ->
    [one] De uno que funciona nadie sabe quién lo creó: sustitúyalo y luego revóquelo.
   *[other] De { $number } que funcionan nadie sabe quién los creó: sustitúyalos y luego revóquelos.
}
settings-never = nunca
settings-gone = ya no está
settings-all-sites = todos los sitios
settings-sent-link = Envíe este enlace a { $name }: permite iniciar sesión una vez, en un día, y no se vuelve a mostrar.
settings-person-removed = Quitado. El nombre permanece en el historial.
settings-token-made = Se envía como «Authorization: Bearer …». No se vuelve a mostrar.
settings-token-revoked = El token está revocado.
settings-site-added = Añadido.
settings-site-removed = El sitio se quitó.
settings-choose-sites = Elija al menos uno, o todos los sitios.
settings-mail-address = Su cuenta no tiene una dirección legible: póngale una, bajo su nombre.
settings-mail-not-sent = No se envió: { $why }.
settings-mail-in-folder = Ahora es un archivo en la carpeta y no le llega a nadie: ponga en mail.url un servidor de correo, como explica docs/mail.md.
settings-mail-taken = El servidor de correo lo aceptó para { $to }. Mire si llega y a qué carpeta.
settings-mail-retried = Se reintenta enseguida, tanto tiempo como un correo nuevo.
settings-letter-queue = comentarios pendientes
settings-letter-confirm = pregunta sobre respuestas
settings-letter-reply = una respuesta
me-mail-each = según llegan
me-mail-hourly = una vez por hora
me-mail-daily = una vez al día
me-mail-never = nunca
settings-revoked = revocado
settings-blog = blog
settings-https-example-org = https://example.org
settings-tokens = Tokens

## The desk: settings: programs

programs-none-wordpress-and-others-that = Ninguna. WordPress y otros que hablan el protocolo de Akismet preguntan aquí en su lugar, con la clave de un sitio.
programs-a-key-judges-and-reports = Una clave evalúa e informa para su sitio y no puede hacer nada más. Si el sitio guarda lo que se le consulta está en los ajustes del sitio.
programs-none-a-program-of-yours = Ninguno. Un programa suyo puede recibir aviso de lo que ocurre en un sitio.
programs-in-the-public-internet-or = En la internet pública o en una red que la configuración permita.
programs-programs-that-ask-about-comments = Programas conectados
programs-webhooks = Webhooks
programs-program = Programa
programs-site = Sitio
programs-address = Dirección
programs-make-a-key = Crear una clave
programs-add-a-webhook = Añadir un webhook
programs-its-comments-are = Sus comentarios se
programs-last-used = Último uso
programs-what-to-do = <span class="away">Qué hacer</span>
programs-told-of = Recibe aviso de
programs-last-took = Aceptó por última vez
programs-not-taken = No aceptado
programs-revoke = Revocar
programs-make-the-key = Crear la clave
programs-remove = Quitar
programs-add-the-webhook = Añadir el webhook
programs-told-when = Avisar cuando
programs-revoked = revocada
programs-nothing = nada
programs-keys = Claves
programs-wordpress = WordPress
programs-revoke-named = Revocar la clave de { $name }
programs-remove-named = Quitar el webhook { $url }
programs-backlog = { $queued } en espera, { $dead } abandonados
programs-callbacks = Avisos de { $site }: { $queued } en espera{ $dead ->
    [0] { "" }
   *[other] , { $dead } abandonados
} ({ $why }).
programs-not-tried = aún sin intentar
programs-key-made = Introdúzcala en el programa, junto a la dirección de este servicio. No se vuelve a mostrar.
programs-key-revoked = La clave está revocada.
programs-judged-only = solo se evalúan
programs-kept = se guardan para revisar
programs-webhook-made = Las entregas se firman con este secreto, según Standard Webhooks. No se vuelve a mostrar aquí.
programs-webhook-removed = Quitado, junto con lo que aún quedaba por avisar.
programs-nothing-yet = nada todavía
event-comment-received = llegó un comentario
event-comment-decided = se decidió sobre un comentario
event-comment-edited = cambió el texto de un comentario
event-model-activated = evalúa otro modelo
programs-https-example-org-hook = https://example.org/hook

## The desk: privacy

privacy-privacy = Privacidad
privacy-make-sure-that-it-is = Asegúrese de que es esa persona quien lo pide. La dirección solo se envía en el formulario y no queda en ningún registro ni en el historial del navegador.
privacy-they-have-an-account-as = Tiene una cuenta de moderador, que permanece: está en los <a href="/desk/settings">ajustes</a>.
privacy-nothing-yet-what-is-erased = Nada todavía. Aquí se anota lo que se borra, con quién lo hizo y cuánto fue, no de quién era.
privacy-what-is-held-about-a = Lo que se guarda sobre una persona
privacy-held = Guardado
privacy-nothing-held = No se guarda nada sobre esta dirección.
privacy-only-account = No se guarda nada sobre esta dirección salvo su cuenta de moderador, que está en los <a href="/desk/settings">ajustes</a>.
privacy-comments-on = Comentarios en { $site }, <span class="status { $class }">{ $status }</span>
privacy-be-sure = Confirme que está seguro: borrar no se puede deshacer.
privacy-erased = Borrado: { $what }.
privacy-account-stays = Su cuenta de moderador sigue ahí: quítela en los ajustes.
privacy-amount-comments = { $count ->
    [one] { $number } comentario
   *[other] { $number } comentarios
}
privacy-amount-samples = { $count ->
    [one] { $number } texto etiquetado
   *[other] { $number } textos etiquetados
}
privacy-amount-subscriptions = { $count ->
    [one] { $number } suscripción
   *[other] { $number } suscripciones
}
privacy-amount-mails = { $count ->
    [one] { $number } correo
   *[other] { $number } correos
}
privacy-amount-none = nada
privacy-erased-before = Borrado antes
privacy-email = Correo electrónico
privacy-what = Qué
privacy-how-many = Cuántos
privacy-when = Cuándo
privacy-by = Por
privacy-look-it-up = Consultar
privacy-download-all-of-it = Descargarlo todo
privacy-erase-all-of-it = Borrarlo todo
privacy-labelled-texts-and-what-models = Textos etiquetados y lo que los modelos aprendieron de ellos
privacy-subscriptions-to-replies = Suscripciones a respuestas
privacy-mails-to-them = Correos a esa persona
privacy-damaged-rows-which-cannot-be = Filas dañadas que no se pueden leer
privacy-it-cannot-be-undone-and = No se puede deshacer, y estoy seguro

## The desk: the model

model-model = Modelo
model-caught = Últimos 30 días: { $aside } apartados como spam por sí solo, { $back } de ellos recuperados por personas; se colaron { $missed } que las personas marcaron como spam.
model-none-yet-a-training-takes = Ninguno todavía. Un entrenamiento toma lo que decidieron los moderadores y lo importado o enviado, y compara el modelo nuevo con el actual en muestras que ninguno vio.
model-all-of-it-counts = Todo cuenta.
model-no-labels-yet-each-approval = Aún no hay etiquetas. Cada aprobación y cada decisión de spam es una.
model-labels-are-counted-and-capped = Las etiquetas se cuentan y limitan por él. Si se deja vacío, es el suyo.
model-drawings-of-the-last-1 = Aquí aparecen gráficos de los últimos 1.000 comentarios.
model-spam-caught-genuine-blocked = <span class="spam">spam detectado</span> <span class="ham">genuinos bloqueados</span>
model-stands-as-spam-anything-else = <span class="spam">spam</span> <span class="ham">lo demás</span>
model-nobody-has-decided-about-these = Nadie ha decidido aún sobre estos.
model-each-dot-is-a-tenth = Cada punto es una décima parte de las puntuaciones: en horizontal, lo esperado; en vertical, la parte que las personas llamaron spam. Sobre la línea, las puntuaciones significan lo que dicen.
model-marked-as-spam-approved = <span class="spam">marcado como spam</span> <span class="ham">aprobado</span>
model-questions = Qué responden los modelos
model-spam = Spam
model-abuse = Abuso
model-abuse-is-evidence = La puntuación de abuso se muestra a las personas. Por sí sola no publica, aparta ni descarta nada.
model-abuse-labels = Cada aprobación es una, y cada rechazo con el motivo «abuso».
model-judges-now = En uso ahora
model-class-ham = genuino
model-class-spam = spam
model-class-clean = no abusivo
model-class-abuse = abusivo
model-since = { $ham } { $clean }, { $spam } { $against }
model-since-few = { $ham } { $clean }, { $spam } { $against }; hacen falta { $minimum } de cada una antes de que cuenten
model-too-few = Para entrenar un modelo propio del sitio hacen falta { $needed } etiquetas de cada clase; hay { $ham } { $clean } y { $spam } { $against }.
model-spam-labels = Cada aprobación y cada decisión de spam es una.
model-asked-by = Pedido por { $who }, { $when }
model-put-into-use-by = puesto en uso por { $who }
model-held-out = Con { $ham } muestras reservadas «{ $clean }» y { $spam } «{ $against }», con el umbral { $threshold }; entrenado con { $trained_ham } y { $trained_spam }
model-repeated = { $records }, de los que { $repeated } repiten otro
model-over-cap = { $count ->
    [one] { $number } más de las que cuentan de una fuente a la vez; el próximo entrenamiento la toma
   *[other] { $number } más de las que cuentan de una fuente a la vez; el próximo entrenamiento las toma
}
model-refused = No se guardó nada de ello.
model-line = Línea { $line }
model-file-hint = CSV o TSV con encabezado, o líneas JSON: <code>text</code> y <code>label</code> (<code>{ $against }</code> o <code>{ $clean }</code>), si se conocen <code>name</code>, <code>email</code>, <code>website</code>, y <code>site</code> si no es { $site }. Como máximo { $max } MiB. Cuenta todo o, si una línea no está bien, nada.
model-what-if = Con los últimos { $judged } comentarios, de los que las personas decidieron sobre { $decided }. El umbral del sitio es { $threshold }.
model-part-of = { $part } de { $all }
model-use-it = Usar este umbral
model-use = Usar { $threshold }
model-would = { $aside } apartados: { $caught } de { $spam } de spam detectados, { $blocked } de { $ham } genuinos bloqueados.
model-abuse-would = { $held } retenidos: { $approved } de ellos aprobados por personas, { $rejected } rechazados.
model-said-begun = El entrenamiento espera su turno.
model-said-under-way = Ya hay un entrenamiento en curso para este sitio.
model-said-active = El modelo está en uso.
model-said-back = El modelo anterior vuelve a estar en uso.
model-said-nothing-before = No hay ningún modelo al que volver.
model-said-seen = Queda anotado que lo vio: el sitio ya puede retener por abuso.
model-said-refused = No supera el control: los motivos están debajo.
model-status-queued = en cola
model-status-training = entrenando
model-status-failed = fallido
model-status-candidate = candidato
model-status-live = en uso
model-status-retired = retirado
model-phase-waiting = espera su turno
model-phase-reading = lee las muestras
model-phase-fitting = ajusta el modelo
model-phase-measuring = lo compara con el actual
model-phase-done = hecho
model-figure-auc = Área ROC
model-figure-log-loss = Pérdida logarítmica
model-figure-calibration = Error de calibración
model-trainings-and-models = Entrenamientos y modelos
model-samples = Muestras
model-no-comment-was-judged-yet = Aún no se ha evaluado ningún comentario
model-what-a-threshold-would-do = Qué haría un umbral
model-scores = Puntuaciones
model-calibration = ¿Las puntuaciones significan lo que dicen?
model-decisions-30-days = Decisiones, 30 días
model-labelled-data-from-elsewhere = Datos etiquetados de otra parte
model-name-of-this-data = Nombre de estos datos
model-file = Archivo
model-version = Versión
model-labels-since = Etiquetas desde entonces
model-records = Registros
model-new-labels = Etiquetas nuevas
model-changed = Cambiadas
model-unchanged = Sin cambios
model-for-later = Para después
model-figure = Cifra
model-this-model = Este modelo
model-live-then = El anterior
model-came-by = De dónde
model-came-decision = decisiones
model-came-import = importaciones
model-came-feedback = avisos de programas
model-came-samples = datos de otra parte
model-class = Clase
model-labels = Etiquetas
model-in-use = En uso
model-threshold = Umbral
model-put-aside = Apartados
model-spam-caught = Spam detectado
model-genuine-blocked = Genuinos bloqueados
model-show = Mostrar
model-train-a-model = Entrenar un modelo
model-back-to-the-one-before = Volver al anterior
model-use-the-shipped-one = Usar el incluido
model-put-it-into-use = Ponerlo en uso
model-take-it-in = Subirlo
model-site = Sitio
model-look-again = Mirar de nuevo
model-verdict-use = Al menos tan bueno como el que está en uso, con comentarios que ninguno había visto: póngalo en uso.
model-verdict-keep = No es mejor que el que está en uso: conserve ese.
model-evaluation-report = Informe de evaluación
model-progress = Progreso
model-share-of-the-spam-caught = Parte del spam detectado y de los comentarios genuinos bloqueados, por umbral
model-share-that-was-spam-by = Parte que era spam, por puntuación
model-although-it-does-not-pass = aunque no sea mejor
model-how-many-comments-had-which = Cuántos comentarios tenían cada puntuación
chart-score = puntuación
chart-share = parte
chart-share-of-spam = parte que era spam
chart-comments = comentarios
chart-decisions = decisiones
chart-days = días antes de hoy
chart-score-bin = { $from } a { $to } %: { $spam } spam, { $other } otros
chart-day = { $ago ->
    [0] Hoy
    [one] Hace { $ago } día
   *[other] Hace { $ago } días
}: { $approved } aprobados, { $spam } marcados como spam
chart-calibration-dot = { $expected } % esperado, { $found } % era spam ({ $all })
model-decisions-of-the-last-30 = Decisiones de los últimos 30 días
model-abuse-trial = Qué haría retener por abuso
model-abuse-of = Con los últimos { $comments } comentarios que no se apartaron como spam. El umbral del sitio es { $threshold }. Los comentarios en idiomas que el modelo no conoce nunca se retienen.
model-abuse-held = Retenidos
model-abuse-published = publicados al momento
model-abuse-approved = aprobados por personas
model-abuse-rejected = rechazados por personas
model-abuse-seen = { $by } lo vio, { $when }.
model-abuse-unseen = Nadie ha dicho aún que lo vio: hasta entonces el sitio no puede retener por ello.
model-abuse-look = Lo he visto

## The desk: sentences with something in them

queue-search-behind = { $count ->
    [one] Un comentario aún no está en el índice de búsqueda y no se buscó en él.
   *[other] { $count } comentarios aún no están en el índice de búsqueda y no se buscó en ellos.
}
queue-elsewhere = En otros lugares:
queue-no-match = Ningún comentario en «{ $label }» coincide con estos filtros. <a href="/desk?status={ $status }">Mostrarlos todos</a>.
queue-matching = los <span id="total">{ $total }</span> que coinciden, en todas las páginas
queue-marks = marcas
queue-select = Seleccionar el comentario de { $name }
comment-for-good = Eliminar definitivamente
comment-deleted-on = Se borra el { $day }, según los ajustes del sitio. Lo que los modelos aprendieron de él permanece.
comment-it-cannot-be-undone = Sé que no se puede deshacer
comment-delete-it = Borrar este comentario
comment-erase-its-author = Borrar a su autor
comment-what-is-erased = Al borrarlo desaparece el comentario con su historial, los correos sobre él y lo que los modelos aprendieron. Borrar a su autor elimina todo lo que se guarda sobre él, en todos los sitios.
comment-was = Fue { $verdict }. { $because }.
comment-model = Modelo { $model }
activity-kept = Se guarda { $days } días. Las decisiones sobre comentarios están en el historial de cada uno.
me-every-other-site = Todo sitio sin elección propia abajo
me-how-often = Con qué frecuencia
me-address = Su dirección es { $email }.
batches-undo-all = Deshacer los { $count }

## Changing what a comment says

comment-edit = Editar
comment-edited = editado
edit-title = Editar el comentario
edit-text = Lo que dice
edit-reason = Motivo, para el historial
edit-save = Guardar el cambio
edit-now = Lo que dice ahora
edit-changed = { $who } cambió el comentario entretanto. Su texto está abajo; al guardarlo sustituye lo que el comentario dice ahora.
edit-readers-see = Los lectores ven que el comentario se editó, no lo que decía antes. Los moderadores ven ambas cosas.
edit-readers-see-both = Los lectores ven que el comentario se editó y pueden leer lo que decía antes.
activity-edited = Cambió el texto de { $author }
site-readers = Lo que ven los lectores
site-show-edits = Los lectores pueden ver lo que decía un comentario antes de que un moderador lo cambiara
read-edited = editado
edits-title = Lo que decía antes el comentario
edits-what = Un moderador lo cambió. Estos son sus textos anteriores, el más antiguo primero.
edits-until = Hasta
key-edit = Editar lo que dice el comentario

## What comes from below in English, because programs read it too. A sentence of this group is found by its English text.

fault-required = Este campo es obligatorio.
fault-too-long = Se permiten { $max } caracteres como máximo.
fault-control = No se permiten caracteres de control.
fault-email = Esto no es una dirección de correo.
fault-website = Esto no es la dirección de un sitio web.
fault-slug = Use de 1 a 63 letras minúsculas, cifras y guiones interiores.
fault-slug-taken = Otro sitio tiene este nombre.
fault-origins = { $max } orígenes como máximo.
fault-origin = Escríbala como https://example.org, sin ruta.
fault-present-password = Esta no es su contraseña actual.
fault-password-short = Use al menos { $min } caracteres.
fault-address-taken = Otro moderador tiene esta dirección.
fault-operator-sites = Un administrador gestiona todos los sitios: no indique ninguno.
fault-no-such = No existe: { $what }.
fault-what-site = sitio
fault-what-comment = comentario
fault-what-page = página
fault-what-moderator = moderador
fault-what-model = modelo
fault-what-import = importación
fault-what-rule = regla de bloqueo
fault-what-status = estado
fault-what-reason = motivo
fault-page-origin = Esta página no está en ninguno de los orígenes del sitio.
fault-page = Una página es una dirección web completa o una ruta que empieza con una barra.
fault-parameters = Como máximo 50 nombres de parámetros, como p, sin &, =, # ni espacios.
fault-same-page = Es la misma página.
fault-same-text = El texto es el mismo.
fault-above-zero = Debe ser mayor que 0 y como máximo { $to }.
fault-above-zero-or-absent = Debe ser mayor que 0 y como máximo { $to }, o quedar vacío.
fault-below-spam = Debe ir de 0 hasta menos que el umbral de spam.
fault-least-or-absent = Debe ser al menos { $from }, o quedar vacío.
fault-range-or-absent = Debe ir de { $from } a { $to }, o quedar vacío.
fault-range = Debe ir de { $from } a { $to }.
fault-look-first = Mire primero lo que habría hecho con los últimos comentarios de este sitio: en la página del modelo, con POST a { $path } o con `hamlet site abuse-trial`.
fault-rule-empty = De esto no se ve nada.
fault-rule-domain = Esto no es un dominio como example.org.
fault-rule-network = Esto no es ni una dirección ni una red como { $example }.
fault-rule-over = Ese plazo ya pasó.
fault-form-token = Este sitio pide un código de formulario con una prueba de trabajo.
fault-form-old = El formulario estuvo abierto demasiado tiempo; vuelva a cargarlo.
fault-work = Esta no es la prueba de trabajo que se pidió.
fault-work-used = Esta prueba de trabajo ya se usó; vuelva a cargar el formulario.
fault-no-parent = No existe ese comentario en esta página.
fault-too-many = Llegaron demasiados comentarios desde aquí; inténtelo más tarde.
fault-no-files = No se aceptan archivos.
fault-utf8 = Esto no es UTF-8: compruebe que se lee como lo escribió.
fault-twice = El campo está dos veces.
fault-invalid = Algo de lo enviado no está bien.
fault-stale-form = El formulario está desactualizado. Vuelva a cargar la página y repita.
fault-operators-page = Solo los administradores pueden ver esta página.
fault-last-operator = Es el último administrador: nadie más podría gestionar el servicio.
fault-other-site = Este formulario se envió desde otro sitio.
fault-unavailable = El servicio no puede hacerlo en este momento. No se guardó nada; inténtelo de nuevo.
fault-busy = Hay demasiadas búsquedas en curso, o esta tardó demasiado. Inténtelo en un momento o acote la búsqueda.
fault-changed = Alguien cambió el comentario entretanto. Mírelo de nuevo.
fault-unsure = En el formulario falta confirmar que está seguro.
fault-method = Esta dirección acepta otros métodos: vea Allow.
fault-too-large = Como máximo { $limit } bytes.
fault-no-record = No hay ningún registro en él.
fault-no-label = no tiene etiqueta: { $against } o { $clean }
fault-no-text = no tiene texto
fault-unknown-site = nombra un sitio que no existe
fault-mail-late = el servidor de correo no respondió a tiempo
fault-mail-answered = el servidor de correo respondió { $code }
fault-mail-hung-up = el servidor de correo colgó o su respuesta no se entiende
fault-mail-tls = Falló TLS con el servidor de correo: { $why }
fault-mail-unable = el servidor de correo no puede hacer lo necesario: { $why }
fault-mail-unreachable = no se puede contactar con el servidor de correo: { $why }
fault-gate-few-labels = Hay { $ham } etiquetas «{ $clean }» y { $spam } «{ $against }»; hacen falta al menos { $needed } de cada una para entrenar un modelo.
fault-gate-one-sided = Las etiquetas son desiguales: solo { $fewer } de { $all } son «{ $name }». Un modelo entrenado con ellas apenas sabría qué es «{ $again }».
fault-gate-same-text = Las etiquetas «{ $name }» tratan todas casi del mismo texto, reservado para medir: etiquete otros más variados.
fault-gate-few-samples = Solo se reservaron { $ham } muestras «{ $clean }» y { $spam } «{ $against }» para medir; con menos de { $few } de cada una no se puede decir nada.
fault-gate-catches-less = Detecta menos «{ $against }» que el modelo en uso: { $new } % en lugar de { $old } %.
fault-gate-blocks-more = Bloquea por error más que el modelo en uso: { $new } % de «{ $clean }» en lugar de { $old } %.
fault-gate-calibration = Sus probabilidades no son fiables: se desvían { $error } de media, y lo máximo aceptado es { $limit }.
fault-gate-poor = Apenas distingue «{ $against }» de «{ $clean }» del sitio (área bajo la curva { $auc }): las etiquetas se contradicen.
fault-gate-swapped = Las etiquetas dicen lo contrario de lo que el modelo incluido lee en los textos (área bajo la curva { $auc }): ¿se intercambiaron «{ $against }» y «{ $clean }»?
fault-gate-source = { $contradicted } de { $labels } etiquetas de «{ $name }» son lo contrario de lo que enseñan todas las demás: revise esa fuente.
fault-class-ham = genuino
fault-class-spam = spam
fault-class-clean = no abusivo
fault-class-abuse = abusivo
fault-rule-broad = { $summary } Casi todo cae en ella.
fault-rule-broad-line = { $summary } Casi todo cae en ella.
fault-rule-trial = Habría afectado a { $hits } de los últimos { $all } comentarios, { $approved } de ellos aprobados.
fault-number = Esto no es un número que valga aquí.
fault-choose-file = Elija primero un archivo.
fault-standing-broken = El modelo activado no se puede usar ({ $why }); se usa el incluido con el programa.
fault-standing-shipped = El modelo incluido con el programa, tal cual: { $ham } etiquetas «{ $clean }» y { $spam } «{ $against }»; hacen falta { $minimum } de cada una antes de que cuenten.
fault-standing-taught = El modelo incluido con el programa, y lo que le enseñaron { $ham } etiquetas «{ $clean }» y { $spam } «{ $against }».
fault-standing-own = El modelo propio del sitio, y lo que le enseñaron { $ham } etiquetas «{ $clean }» y { $spam } «{ $against }» con las que no se entrenó.
fault-operators-only = Solo los operadores pueden hacer esto.
fault-none-given = no indicado
fault-unreadable = ilegible
fault-body-broken = El envío se interrumpió.
fault-body-compressed = No se aceptan envíos comprimidos.
fault-body-late = El envío no llegó en { $seconds } segundos.
fault-media-type = Envíe JSON, application/x-www-form-urlencoded o multipart/form-data.
fault-multipart = El envío en varias partes no se puede leer.
fault-multipart-parts = El envío tiene demasiadas partes.
fault-form-type = Envíe el formulario como application/x-www-form-urlencoded.
fault-form-fields = El formulario tiene demasiados campos.
fault-form-broken = El formulario se interrumpió o no se puede leer.
fault-form-behind = Hay algo más detrás del archivo.
fault-field-utf8 = Un campo no es UTF-8.
fault-field-long = Un campo es demasiado largo.
fault-form-nothing = El formulario no dice qué hacer.
fault-form-unsaid = El formulario no dice a qué se refiere.
fault-form-block = El formulario no dice qué bloquear.
fault-form-reason = El formulario no indica ningún motivo.
fault-form-decision = El formulario no indica ninguna decisión.
fault-form-page-size = El formulario no indica ningún tamaño de página.
fault-form-comment = El formulario indica algo que no es un comentario.
fault-form-list = El formulario no dice de qué lista se trata.
fault-at-once = Se puede decidir sobre { $most } comentarios a la vez como máximo.
fault-listeners = Ya hay demasiados a la escucha. Vuelva más tarde.
fault-parameter-twice = El parámetro aparece dos veces.
fault-parameter-required = Falta este parámetro.
fault-parameter-value = Este parámetro no admite ese valor.
fault-true-false = Solo puede ser true o false.
fault-question = No existe esa pregunta: es `spam` o `abuse`.
fault-what-parameter = parámetro
fault-what-field = campo
fault-cursor = Este cursor no pertenece a esta lista.
fault-comment-id = Este no es el identificador de un comentario.
fault-in-the-meantime = Se cambió mientras tanto; así está ahora.
fault-service-failed = El servicio falló. Ha quedado registrado.
fault-rule-star = `*` vale solo por un nombre entero, como en *@example.org; para un dominio y los que están debajo, use una regla para el dominio.
fault-rule-letters = Escriba aquí letras sencillas; este signo se leería como tales.
fault-rule-many = Una lista tiene { $most } reglas como máximo; esta tiene { $count }.
fault-look-others = { $who } miró umbrales de { $from } a { $to }: mire primero este.
fault-not-trained = De este entrenamiento no salió ningún modelo que se pueda medir.
fault-nothing-held-out = Ya no queda apartada ninguna etiqueta del sitio: no hay con qué medirlo.
fault-nul-in = tiene un carácter NUL en { $field }
fault-mail-unwritten = no se pudo escribir: vea el registro
fault-mail-folder = no se puede escribir en la carpeta del correo: { $why }
fault-mail-slow = el servidor de correo tardó demasiado
fault-hook-address = debe ser una dirección http o https de { $most } bytes como máximo, sin usuario ni contraseña
fault-hook-private = está en una red que no es pública: vea webhooks.allow_networks
fault-hook-refused = se rechaza la dirección: { $why }
fault-hook-connection = falló la conexión: { $why }
fault-hook-exchange = falló el intercambio: { $why }
fault-hook-request = no se puede componer la petición
fault-hook-late = tardó demasiado
fault-hook-host = no se encontró el nombre del servidor
fault-hook-host-private = el nombre del servidor lleva a una red que no es pública

## Lo que se encontró en un archivo importado. Como arriba.

fault-at-line = línea { $line }: { $why }
fault-at-comment = comentario { $place }: { $why }
fault-at-post = mensaje { $place }: { $why }
fault-at-byte = byte { $place }: { $why }
fault-at-file = el archivo: { $why }
fault-at-database = la base de datos: { $why }
fault-said-of = { $place }: { $why }
fault-import-no-text = sin texto
fault-import-fields = sin texto: ¿se listó con --fields y todos los campos?
fault-import-large = demasiado grande
fault-import-larger = más grande de lo que se lee
fault-import-longer = de más de { $most } bytes
fault-import-row = { $problem }; ninguna fila puede tener más de { $most } bytes
fault-import-unread = no se pudo leer
fault-import-pingback = un pingback o trackback
fault-import-not-comment = no es un comentario
fault-import-backup-line = la línea sobre la propia copia de seguridad
fault-import-deleted = borrado, y su texto con él
fault-import-names = demasiado para esperar los nombres
fault-import-thread-list = un hilo sin lista de comentarios
fault-import-website = un sitio web que no lo es
fault-import-email = una dirección de correo que no lo es
fault-import-cut = un texto demasiado largo: se omite la parte central
fault-import-page = una página que no se conoce
fault-import-label = una etiqueta que no se entiende
fault-import-status = un estado que no se entiende
fault-import-no-date = sin fecha
fault-import-date = una fecha que no se entiende
fault-import-early = una fecha anterior a 1970
fault-import-future = una fecha en el futuro
fault-import-local = una fecha solo en hora local
fault-import-answers-hidden = responde a un comentario que no es público
fault-import-page-unknown = no se conoce su página
fault-import-marked-hidden = está marcado como no público
fault-import-marked-deleted = está marcado como borrado
fault-import-page-hidden = su página está marcada como no pública
fault-import-page-deleted = su página está marcada como borrada
fault-import-thread-deleted = se borró su hilo
fault-import-thread-hidden = su hilo está marcado como no público
fault-import-post-password = su entrada tiene contraseña
fault-import-post-unknown = el estado de su entrada no se conoce aquí
fault-import-attached = aquello a lo que está unido no es público
fault-import-post-private = su entrada es privada
fault-import-post-draft = su entrada es un borrador
fault-import-post-pending = su entrada espera revisión
fault-import-post-future = su entrada se publicará más tarde
fault-import-post-trash = su entrada se tiró a la papelera
fault-import-no-spam = no hay spam entre las etiquetas
fault-import-no-spam-wordpress = no hay spam entre las etiquetas: WordPress lo deja fuera de su exportación; importe también `wp comment list --status=spam --format=json`
fault-import-no-ham = no hay nada genuino entre las etiquetas
fault-import-nothing = no contiene ningún comentario
fault-import-no-list = ninguna lista de comentarios; ¿hay otra página allí?
fault-import-reader = la lectura del archivo falló inesperadamente
fault-import-unpacked = descomprimido supera { $most } MiB: impórtelo con `hamlet import`
fault-import-bomb = descomprimido es más de lo que serían unos comentarios: ¿es una bomba de descompresión?
fault-import-piece = una parte es más grande de lo que se lee
fault-import-zip = es un archivo zip: descomprímalo e importe cada archivo que contiene
fault-import-zip-empty = es un archivo zip vacío
fault-import-7-zip = es un archivo 7-zip: descomprímalo e importe cada archivo que contiene
fault-import-rar = es un archivo rar: descomprímalo e importe cada archivo que contiene
fault-import-tar = es un archivo tar: descomprímalo e importe cada archivo que contiene
fault-import-packed = está comprimido con { $how }: descomprímalo antes ({ $command })
fault-import-packed-twice = está comprimido dos veces: descomprímalo una vez (gunzip)
fault-import-sqlite = es una base de datos SQLite: solo --format isso lee una
fault-import-pdf = es un PDF
fault-import-office = es un documento antiguo de Excel o Word: guárdelo como CSV (UTF-8)
fault-import-postgresql = es un volcado de una base de datos PostgreSQL: restáurela y exporte los comentarios desde ella
fault-import-sql = es un volcado de una base de datos (SQL): exporte los comentarios con el sistema del que son
fault-import-parquet = es un archivo Parquet: conviértalo en líneas JSON
fault-import-feed-blogger = es un canal y no una exportación de Blogger: ninguna entrada dice qué es
fault-import-feed-wordpress = es un canal y no una exportación de WordPress: no contiene ningún elemento wp:
fault-import-encoding = el archivo no es UTF-8 y se leyó como { $name }; si hay letras mal, indique con --encoding qué es, o conviértalo: iconv -f { $from } -t utf-8
fault-import-encoding-unknown = el archivo dice estar en { $label }, que no se conoce aquí, y se leyó como UTF-8; conviértalo: iconv -f { $from } -t utf-8
fault-import-byte = 1 byte no era texto y ahora es { $mark }
fault-import-bytes = { $many } bytes no eran texto y ahora son { $mark }; si hay palabras enteras así, indique con --encoding qué es el archivo
fault-import-isso-database = lo de Isso es una base de datos, no un flujo
fault-import-isso = no es de Isso: { $why }
fault-import-not-json = no es JSON: { $why }
fault-import-not-xml = no es XML: { $why }
fault-import-deep = hay elementos anidados a más de { $most } niveles
fault-import-rtf = es un documento de un procesador de textos (RTF): guárdelo como texto sin formato
fault-import-utf-32 = está en UTF-32, que no se lee: conviértalo: iconv -f utf-32 -t utf-8
fault-import-yaml = es YAML, que no se lee: conviértalo en líneas JSON
fault-import-movable-type = es una exportación de Movable Type: pruebe --format movable-type
fault-import-no-zone = el archivo no indica ninguna zona horaria: sus fechas se leyeron como tiempo universal
fault-import-passed-over = «{ $name }» está en un objeto de más de { $most } MiB y se pasó por alto
fault-import-day-first = las fechas como { $date } tienen el día antes del mes, como muestran otras del archivo
fault-import-month-first = las fechas como { $date } tienen el mes antes del día, como muestran otras del archivo
fault-import-later = se publicará más tarde
fault-import-ended = solo debía mostrarse por un tiempo
fault-import-author-id = un autor que es solo un identificador
fault-import-by-name = el archivo nombra las páginas por su BASENAME y no por su dirección: mueva sus comentarios con `hamlet site move-page`
fault-import-quote = unas comillas no están cerradas
fault-import-header = la cabecera otra vez
fault-import-nested = demasiado anidado
fault-import-system = no es un comentario, sino un error del sistema del que se obtuvo: { $code }: { $message }
fault-import-not-closed = termina antes de tiempo: <{ $name }> no está cerrado
fault-import-neither = ni un objeto ni una lista de ellos: { $start }
fault-import-ends-early = el archivo termina antes de tiempo
fault-import-ends-quotation = el archivo termina antes de tiempo: unas comillas no están cerradas
fault-import-ends-values = el archivo termina antes de tiempo: { $has } valores, la cabecera tiene { $wants }
fault-import-values = { $has } valores, la cabecera tiene { $wants }: ¿faltan unas comillas?
fault-import-open = no está cerrado
fault-import-ends-inside = termina antes de tiempo, dentro de lo que contiene la lista
fault-import-ends-list = termina antes de tiempo, dentro de la lista
fault-import-before-xml = se pasó por alto lo que precede al XML: { $line }
fault-import-column = la cabecera no nombra ninguna columna «{ $name }»
fault-import-column-text = la cabecera no nombra ninguna columna «text»; nombra { $names }
fault-import-no-header = no hay cabecera: escriba los nombres de las columnas en una línea delante (id, page, name, text, …)
fault-import-neither-label = la etiqueta { $label } no es ni spam ni ham
fault-import-neither-question = la pregunta { $question } no es ni spam ni abuse
fault-import-reading = falló la lectura: { $why }
fault-import-is-it = no contiene ningún comentario: ¿es { $wanted }? { $hint }
fault-wanted-wxr = la exportación de WordPress (WXR)
fault-wanted-disqus = la exportación de Disqus
fault-wanted-blogger = la exportación de Blogger
fault-wanted-movable-type = la exportación de Movable Type
fault-wanted-table = una tabla con cabecera
fault-hint-empty = Está vacío.
fault-hint-json = Es JSON: pruebe --format jsonl, o el del sistema del que viene.
fault-hint-table = Empieza por «{ $start }»: si es una tabla, pruebe --format csv.
fault-hint-start = Empieza por «{ $start }».
fault-hint-element = Su primer elemento es <{ $name }>.
fault-hint-wxr = Su primer elemento es <{ $name }>: pruebe --format wxr.
fault-hint-disqus = Su primer elemento es <{ $name }>: pruebe --format disqus.
fault-hint-disqus-old = Su primer elemento es <{ $name }>, como en las exportaciones de Disqus anteriores a 2011: expórtelo de nuevo o conviértalo en líneas JSON.
fault-hint-page = Su primer elemento es <{ $name }>, una página y no una exportación: ¿hubo un error al obtenerla?
fault-hint-blogml = Su primer elemento es <{ $name }>: es BlogML, que no se lee.
fault-hint-intensedebate = Su primer elemento es <{ $name }>, como en las exportaciones de IntenseDebate, que no se leen.
fault-hint-feed = Su primer elemento es <{ $name }>, un canal: si es la exportación de Blogger, pruebe --format blogger.

## El informe de evaluación de un modelo, una página para guardar

report-title = { $model }: evaluación
report-how-good = ¿Qué tal es { $model }?
report-measured-on = Medido con { $ham } genuinos y { $spam } de spam de: { $files }.
report-labels-of = las etiquetas de «{ $site }» con las que no se entrena ningún modelo, tal como estaban el { $day }
report-called-spam = llamado spam
report-called-ham = llamado genuino
report-spam = spam
report-ham = genuino
report-figure = cifra
report-value = valor
report-what-it-is = qué es
report-accuracy = exactitud
report-accuracy-text = parte de los textos llamados lo que son, con probabilidad un medio
report-mcc = MCC
report-mcc-text = correlación de Matthews en un medio: 0 al azar, 1 perfecta
report-auc = AUC
report-auc-text = probabilidad de que un spam puntúe más que un genuino
report-average-precision = precisión media
report-average-precision-text = área bajo precisión y exhaustividad
report-log-loss = penalización por puntuaciones erróneas
report-log-loss-text = sorpresa media por texto, en nats
report-calibration-error = cuánto se desvían las puntuaciones
report-calibration-error-text = distancia media de la probabilidad a la verdad, 15 clases
report-thresholds = Lo que cuesta un umbral
report-thresholds-text = El umbral más bajo que no bloquea por error más genuinos de lo permitido, y lo que detecta.
report-budget = genuinos bloqueados permitidos
report-threshold = umbral
report-ham-blocked = genuinos bloqueados
report-spam-caught = spam detectado
report-parts = Por idioma y tipo
report-parts-text = Bloqueado: desde 0,95; retenido: desde 0,2. Entre paréntesis y tras ± el intervalo del 95 %: con pocos textos es amplio.
report-ham-held = genuinos retenidos o bloqueados
report-spam-blocked = spam bloqueado
report-spam-held = spam retenido o bloqueado
report-language = idioma
report-kind = tipo
report-curves = Curvas
report-tells = Qué cuenta
report-tells-text = Elementos según el peso que añadieron, sumado sobre los textos medidos.
report-texts = textos
report-mean-weight = peso medio
report-towards-spam = hacia spam
report-towards-ham = hacia genuino
report-most-wrong = Los más equivocados
report-ham-highest = Genuinos con la puntuación más alta
report-spam-lowest = Spam con la puntuación más baja
report-score = puntuación
report-text = texto
report-named = A quién se nombra
report-named-text = Textos que nombran a un grupo de personas, cuando se señala uno de cada cien textos inofensivos. BPSN: la probabilidad de que lo abusivo sin el término puntúe más que lo inofensivo con él; baja donde el término mismo cuenta en contra de las personas. BNSP: la de que lo abusivo con el término puntúe más que lo inofensivo sin él (Borkan et al., 2019).
report-term = término
report-harmless = inofensivos
report-abuse = abusivos
report-harmless-flagged = inofensivos señalados
report-auc-among = AUC entre ellos
report-bpsn = AUC BPSN
report-bnsp = AUC BNSP
report-axis-ham-blocked = parte de genuinos bloqueados
report-axis-spam-caught = parte de spam detectado
report-axis-spam-blocked = parte de spam entre lo bloqueado
report-axis-probability = probabilidad prevista
report-axis-spam = parte de spam
report-axis-class = parte de la clase
report-axis-labels = etiquetas de estos textos aprendidas
report-axis-auc = AUC en el resto
report-plot-caught = Spam detectado frente a genuinos bloqueados con todos los umbrales; en gris, el azar.
report-plot-precision = Precisión y exhaustividad con todos los umbrales.
report-plot-calibration = De los textos con una probabilidad dada, cuántos eran spam; en gris, lo perfecto.
report-plot-scores = Puntuaciones de genuinos (verde) y de spam (rojo).
report-plot-learning = El modelo enseñado con algunos de estos textos, medido con la mitad apartada.

## The demo's page

demo-about = Acerca de esta demostración
demo-what = <strong>Una demostración de Hamlet.</strong> Deje un comentario abajo: queda retenido hasta que un moderador lo apruebe. Sea usted el moderador en <a href="/desk" target="_blank">la moderación</a> (se abre junto a esta página) y vuelva: lo que aprobó está aquí.

## The widget on sites' pages. Its script names a sentence without the beginning, and the first letter after a hyphen large.

widget-edited = editado
widget-comments = Comentarios
widget-none = Aún no hay comentarios. El suyo puede ser el primero.
widget-write = Dejar un comentario
widget-name = Nombre
widget-email = Correo electrónico
widget-private = Su dirección de correo no se publicará.
widget-website = Sitio web
widget-optional = opcional
widget-text = Comentario
widget-notify = Avisarme por correo de las respuestas
widget-send = Enviar
widget-sending = Enviando…
widget-working = Comprobando que no es una máquina…
widget-reply = Responder
widget-reply-to = Responder a { $name }
widget-cancel = Cancelar
widget-held = Gracias. Su comentario espera revisión.
widget-published = Gracias. Su comentario está publicado.
widget-more = Más comentarios
widget-failed = No se pudieron cargar los comentarios.
widget-stranger = El servicio aún no conoce la dirección de esta página: { $name }. Quien gestiona el sitio puede añadirla a sus direcciones en la moderación.
widget-again = Reintentar
widget-add-origin = Añadirla en la moderación
widget-required = Rellene este campo.
widget-bad-email = No es una dirección de correo.
widget-bad-website = No es una dirección web.
widget-too-long = Es demasiado largo.
widget-invalid = Algunos datos no son correctos.
widget-too-many = Han llegado demasiados comentarios desde aquí. Inténtelo más tarde.
widget-not-sent = Su comentario no se envió. El texto se conserva aquí; inténtelo de nuevo.
fault-answered = respondió { $code }
fault-owner-command-line = línea de comandos
fault-owner-unknown = propietario desconocido
