### Spanish. What is not here is said in English: see en.ftl, which also says what the arguments are.

number-separator = .
language-name = Español
desk = Moderación
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
desk-keys = Teclas
desk-undo = Deshacer
sign-in = Iniciar sesión
sign-out = Cerrar sesión
key-next = comentario siguiente, anterior
key-approve = aprobar
key-spam = spam
key-reject = rechazar: genuino pero no deseado; no enseña nada sobre spam
key-why = rechaza y dice por qué: «abuso» enseña qué lo es en este sitio
key-trash = papelera
key-hold = de vuelta a la cola
key-undo = deshacer lo último que decidió, en cualquier página
key-open = abre el comentario
key-thread = muestra el comentario en su hilo
key-search = buscar
key-block = bloquear autor, dominio, red o frase
key-answer = responder al comentario
key-palette = ir a todo, hacer todo
key-help = esta ayuda
key-selected = decide sobre todos los seleccionados
keys-on = Usar estas teclas
keys-close = Cerrar
queue-comments = Comentarios
queue-comments-by-status = Comentarios por estado
queue-search = Buscar
queue-text-name-or-website = Palabras, nombre, sitio web o correo
queue-site = Sitio
queue-every-site = todos los sitios
queue-score = Puntuación
queue-order = Orden
queue-apply = Aplicar
queue-clear = Limpiar
queue-more-filters = Más filtros
queue-any = cualquiera
queue-page = Página
queue-path-or-address = /ruta o dirección
queue-reason = Motivo
queue-links = Enlaces
queue-with-a-link = con enlace
queue-without = sin
queue-from = Desde
queue-to = Hasta
queue-approve = Aprobar
queue-spam = Spam
queue-reject = Rechazar
queue-trash = Papelera
queue-why = Por qué, al rechazar:
queue-why-unsaid = sin decir
queue-back-to-the-queue = De vuelta a la cola
queue-selected-comments = Comentarios seleccionados:
queue-roomy = más espacio
queue-marks = marcas
queue-decide = Decidir
queue-answers = Responde a
queue-a-reply = Una respuesta
queue-read-on = Seguir leyendo
queue-first-page = Primera página
queue-next-page = Página siguiente
queue-pages = Páginas
queue-select = Seleccionar el comentario de { $name }
queue-matching = los <span id="total">{ $total }</span> que coinciden, en todas las páginas
queue-nothing-to-show = Nada que mostrar
queue-change-the-filter-above = Cambie el filtro de arriba.
queue-nothing-matches = Sin coincidencias
queue-elsewhere = En otros lugares:
queue-nothing-waits-for-you = Nada le espera
queue-new-comments-appear-here-as = Aquí aparecen los comentarios que una persona debería ver. Los que casi seguro son spam están en Spam.
queue-nothing-here = No hay nada aquí
queue-no-comment-has-this-status = Ningún comentario tiene este estado.
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
score-none = no evaluado
score-spam = probablemente spam
score-uncertain = dudoso
score-genuine = probablemente genuino
score-sure-spam = casi seguro spam
score-sure-genuine = casi seguro genuino
score-likely = de probabilidad de spam
because-abuse = Parece abusivo: { $score } alcanza el umbral del sitio de { $threshold }, así que decide una persona
why-reviewed = Este sitio revisa cada comentario
age-now = ahora mismo
age-minutes = hace { $number } min
age-hours = hace { $number } h
age-days = hace { $number } d
flash-unchanged = No se cambió nada.
flash-noted = La nota está en el historial.
flash-answered = Su respuesta está publicada.
flash-nothing-to-undo = No queda nada del último día que deshacer.
comment-comment = Comentario
comment-history = Historial
comment-judgement = Evaluación
comment-author = Autor
comment-next = Siguiente
comment-block = Bloquear
comment-answer = Responder
comment-answer-send = Publicar la respuesta
comment-answer-as = Su respuesta, publicada con el nombre { $name }
comment-answer-approves = Aprobar el comentario al que responde
comment-thread = Hilo
comment-add-note = Añadir nota
comment-email = Correo
comment-website = Sitio web
comment-comments = Comentarios
start-title = Primeros pasos
start-done = hecho
start-site = Añada su sitio, con la dirección de sus páginas
start-page = Ponga las dos líneas en una página y ábrala una vez
start-comment = Reciba un primer comentario
start-mail = Configure el correo y envíese una prueba
start-people = Invite a un colega
me-your-account = Su cuenta
me-language = Idioma
me-language-of-browser = como en el navegador
me-save = Guardar
me-name = Nombre
views-title = Listas guardadas
views-keep = Guardar esta lista
views-keep-it = Guardar
views-name = Nombre
views-change = cambiar
activity-activity = Actividad
activity-decisions = Decisiones
batches-taken-back = deshecho
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
js-leave-them = Dejarlos
js-sure = { $verb }: ¿{ $number }?
js-sure-yes = { $verb }: { $number }
js-show = Mostrar
js-selected = { $number } seleccionados
js-select-all = Seleccionar todo
js-all-done = Todo listo aquí
js-what-else = Ver qué más hay
js-signed-out = su sesión ha terminado.
js-sign-in = Iniciar sesión
js-no-answer = el servicio no responde. Inténtelo de nuevo.
js-comment-by = el comentario de { $who }
js-failed = No hecho: { $what }: { $why }
js-gone = Ya no está: { $what }.
js-faster = { $who } fue más rápido: { $what }, ahora { $status }. Mire de nuevo.
js-before-you = { $who } decidió antes: { $did }, { $when }.
js-you = Usted
js-seconds-ago = hace { $number } s
js-minutes-ago = hace { $number } min
js-select-first = Seleccione primero un comentario: pulse j.
js-select-some = Seleccione primero comentarios.
js-new = { $number } nuevos: mostrar
js-undo-last = Deshacer lo último que decidió
js-keys = Teclas
js-what-to-do = ¿Adónde, o qué hacer?
js-nothing-like-that = Nada se llama así
js-saved-list = lista
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
    [one] { $number } comentario deshecho.
   *[other] { $number } comentarios deshechos.
}
js-comments = { $count ->
    [one] { $number } comentario
   *[other] { $number } comentarios
}
flash-undo-all = { $count ->
    [one] Deshacer
   *[other] Deshacer los { $number }
}
