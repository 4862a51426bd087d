### Portuguese. What is not here is said in English: see en.ftl, which also says what the arguments are.

number-separator = .
language-name = Português
desk = Moderação
desk-skip = Ir para os comentários
desk-main = Menu principal
desk-queue = Fila
desk-go = Ir para
desk-blocks = Bloqueados
desk-batches = Decididos juntos
desk-model = Modelo
desk-settings = Configurações
desk-privacy = Privacidade
desk-activity = Atividade
desk-keys = Teclas
desk-undo = Desfazer
sign-in = Entrar
sign-out = Sair
key-next = comentário seguinte, anterior
key-approve = aprovar
key-spam = spam
key-reject = rejeitar: genuíno mas indesejado; não ensina nada sobre spam
key-why = rejeita e diz porquê: “abuso” ensina o que o é neste site
key-trash = lixeira
key-hold = de volta à fila
key-undo = desfazer a sua última decisão, em qualquer página
key-open = abre o comentário
key-thread = mostra o comentário na conversa
key-search = buscar
key-block = bloquear autor, domínio, rede ou frase
key-answer = responder ao comentário
key-palette = ir a tudo, fazer tudo
key-help = esta ajuda
key-selected = decide sobre todos os selecionados
keys-on = Usar estas teclas
keys-close = Fechar
queue-comments = Comentários
queue-comments-by-status = Comentários por estado
queue-search = Busca
queue-text-name-or-website = Palavras, nome, site ou e-mail
queue-site = Site
queue-every-site = todos os sites
queue-score = Pontuação
queue-order = Ordem
queue-apply = Aplicar
queue-clear = Limpar
queue-more-filters = Mais filtros
queue-any = qualquer
queue-page = Página
queue-path-or-address = /caminho ou endereço
queue-reason = Motivo
queue-links = Links
queue-with-a-link = com link
queue-without = sem
queue-from = De
queue-to = Até
queue-approve = Aprovar
queue-spam = Spam
queue-reject = Rejeitar
queue-trash = Lixeira
queue-why = Porquê, ao rejeitar:
queue-why-unsaid = não dito
queue-back-to-the-queue = De volta à fila
queue-selected-comments = Comentários selecionados:
queue-roomy = mais espaço
queue-marks = marcas
queue-decide = Decidir
queue-answers = Responde a
queue-a-reply = Uma resposta
queue-read-on = Continuar a ler
queue-first-page = Primeira página
queue-next-page = Página seguinte
queue-pages = Páginas
queue-select = Selecionar o comentário de { $name }
queue-matching = todos os <span id="total">{ $total }</span> que correspondem, em todas as páginas
queue-nothing-to-show = Nada a mostrar
queue-change-the-filter-above = Altere o filtro acima.
queue-nothing-matches = Nada corresponde
queue-elsewhere = Em outros lugares:
queue-nothing-waits-for-you = Nada espera por si
queue-new-comments-appear-here-as = Aqui aparecem comentários que uma pessoa deve ver. Os que quase certamente são spam estão em Spam.
queue-nothing-here = Nada aqui
queue-no-comment-has-this-status = Nenhum comentário tem este estado.
status-pending = Pendentes
status-approved = Aprovados
status-spam = Spam
status-rejected = Rejeitados
status-trash = Lixeira
status-all = Todos
order-newest = Mais recentes primeiro
order-oldest = Mais antigos primeiro
order-uncertain = Mais incertos primeiro
order-spammiest = Mais spam primeiro
order-abusive = Mais abusivos primeiro
abuse-abuse = Abuso
abuse-seems = Parece abusivo, { $percent } %
abuse-seems-kind = Parece abusivo, { $percent } %: { $kind }
abuse-seems-not = Não parece abusivo, { $percent } %
abuse-no-language = Sem avaliação de abuso: o modelo não conhece o idioma
abuse-likely = provavelmente abusivo
abuse-sure = quase certamente abusivo
abuse-severe = muito odioso
abuse-insult = um insulto
abuse-threat = uma ameaça
abuse-identity-attack = contra o que as pessoas são
abuse-obscene = obsceno
abuse-sexual = sexual
check-honeypot = campo oculto preenchido
check-timing = formulário enviado cedo ou tarde demais
check-duplicate = o mesmo texto de novo
check-rate = muitos de um lugar
check-blocklist = palavra ou endereço bloqueado
check-links = muitos links
score-none = não avaliado
score-spam = provavelmente spam
score-uncertain = incerto
score-genuine = provavelmente genuíno
score-sure-spam = quase certamente spam
score-sure-genuine = quase certamente genuíno
score-likely = de probabilidade de spam
because-abuse = Parece abusivo: { $score } atinge o limite do site de { $threshold }, por isso decide uma pessoa
why-reviewed = Este site revê cada comentário
age-now = agora mesmo
age-minutes = há { $number } min
age-hours = há { $number } h
age-days = há { $number } d
flash-unchanged = Nada foi alterado.
flash-noted = A nota está no histórico.
flash-answered = A sua resposta está publicada.
flash-nothing-to-undo = Nada do último dia resta para desfazer.
comment-comment = Comentário
comment-history = Histórico
comment-judgement = Avaliação
comment-author = Autor
comment-next = Seguinte
comment-block = Bloquear
comment-answer = Responder
comment-answer-send = Publicar a resposta
comment-answer-as = A sua resposta, publicada com o nome { $name }
comment-answer-approves = Aprovar o comentário a que responde
comment-thread = Conversa
comment-add-note = Adicionar nota
comment-email = E-mail
comment-website = Site
comment-comments = Comentários
start-title = Primeiros passos
start-done = feito
start-site = Adicione o seu site, com o endereço das páginas
start-page = Ponha as duas linhas numa página e abra-a uma vez
start-comment = Receba um primeiro comentário
start-mail = Configure o e-mail e envie um teste
start-people = Convide um colega
me-your-account = A sua conta
me-language = Idioma
me-language-of-browser = como no navegador
me-save = Guardar
me-name = Nome
views-title = Listas guardadas
views-keep = Guardar esta lista
views-keep-it = Guardar
views-name = Nome
views-change = alterar
activity-activity = Atividade
activity-decisions = Decisões
batches-taken-back = desfeito
js-did-approve = aprovado
js-did-spam = marcado como spam
js-did-reject = rejeitado
js-did-trash = movido para a lixeira
js-did-hold = devolvido à fila
js-verb-approve = Aprovar
js-verb-spam = Marcar como spam
js-verb-reject = Rejeitar
js-verb-trash = Mover para a lixeira
js-verb-hold = Devolver à fila
js-why-abuse = abuso
js-why-off_topic = fora do tema
js-why-low_quality = não acrescenta nada
js-why-private_information = informação privada
js-why-impersonation = faz-se passar por outra pessoa
js-why-illegal = contra a lei
js-reject-because = Rejeitar: { $reason }
js-reject-why = Rejeitar e dizer porquê
js-now-pending = pendente
js-now-approved = aprovado
js-now-spam = spam
js-now-rejected = rejeitado
js-now-trash = na lixeira
js-line-approve = Aprovado: { $who }
js-line-spam = Marcado como spam: { $who }
js-line-reject = Rejeitado: { $who }
js-line-trash = Na lixeira: { $who }
js-line-hold = De volta à fila: { $who }
js-undo = Desfazer
js-undo-line = Desfazer: { $what }
js-close = Fechar
js-leave-them = Deixar
js-sure = { $verb }: { $number }?
js-sure-yes = { $verb }: { $number }
js-show = Mostrar
js-selected = { $number } selecionados
js-select-all = Selecionar tudo
js-all-done = Tudo feito aqui
js-what-else = Ver o que mais há
js-signed-out = a sua sessão terminou.
js-sign-in = Entrar
js-no-answer = o serviço não responde. Tente de novo.
js-comment-by = o comentário de { $who }
js-failed = Não feito: { $what }: { $why }
js-gone = Já não existe: { $what }.
js-faster = { $who } foi mais rápido: { $what }, agora { $status }. Veja de novo.
js-before-you = { $who } decidiu antes: { $did }, { $when }.
js-you = Você
js-seconds-ago = há { $number } s
js-minutes-ago = há { $number } min
js-select-first = Selecione primeiro um comentário: tecla j.
js-select-some = Selecione primeiro comentários.
js-new = { $number } novos: mostrar
js-undo-last = Desfazer a sua última decisão
js-keys = Teclas
js-what-to-do = Para onde, ou o que fazer?
js-nothing-like-that = Nada tem esse nome
js-saved-list = lista
js-decided-approve = { $count ->
    [one] { $number } comentário aprovado.
   *[other] { $number } comentários aprovados.
}
js-decided-spam = { $count ->
    [one] { $number } comentário marcado como spam.
   *[other] { $number } comentários marcados como spam.
}
js-decided-reject = { $count ->
    [one] { $number } comentário rejeitado.
   *[other] { $number } comentários rejeitados.
}
js-decided-trash = { $count ->
    [one] { $number } comentário movido para a lixeira.
   *[other] { $number } comentários movidos para a lixeira.
}
js-decided-hold = { $count ->
    [one] { $number } comentário devolvido à fila.
   *[other] { $number } comentários devolvidos à fila.
}
js-taken-back = { $count ->
    [one] { $number } comentário desfeito.
   *[other] { $number } comentários desfeitos.
}
js-comments = { $count ->
    [one] { $number } comentário
   *[other] { $number } comentários
}
flash-undo-all = { $count ->
    [one] Desfazer
   *[other] Desfazer os { $number }
}
