### Portuguese. Groups and order are those of en.ftl, which also says what the arguments are.

## Why the policy decided as it did

because-not-judged = O modelo não conseguiu avaliá-lo, por isso fica retido
because-score = Sua pontuação { $score } atinge o limite do site de { $threshold }
because-trusted = { $approved ->
    [one] Seu autor tem { $approved } comentário aprovado aqui, e a pontuação é baixa
   *[other] Seu autor tem { $approved } comentários aprovados aqui, e a pontuação é baixa
}
because-not-this = Seu autor é confiável, mas este comentário não
because-person-decides = Uma pessoa decide sobre cada comentário abaixo do limite de spam
because-few-labels = Só o que foi marcado neste site indica spam, e ainda foram aprovados poucos comentários aqui para confiar apenas nisso: decide uma pessoa
because-few-approved = { $needed ->
    [1] Seu autor ainda não tem nenhum comentário aprovado aqui
   *[other] Seu autor tem menos de { $needed } comentários aprovados aqui
}
because-abuse = Parece abusivo: { $score } atinge o limite do site de { $threshold }, por isso decide uma pessoa
because-imported = Foi importado de outro sistema

## What the checks found

reason-honeypot = Um campo que as pessoas não veem foi preenchido
reason-not-opened = Foi enviado sem abrir o formulário
reason-forged = O código do formulário não foi criado aqui
reason-too-soon = O formulário foi enviado { $seconds } segundos após ser aberto
reason-too-late = { $hours ->
    [one] O formulário foi enviado { $hours } hora após ser aberto
   *[other] O formulário foi enviado { $hours } horas após ser aberto
}
reason-reused = { $count ->
    [one] { $count } comentário veio de um formulário aberto uma única vez
   *[other] { $count } comentários vieram de um mesmo formulário aberto uma única vez
}
# 10 stands for 10 or more.
reason-repeated = { $times ->
    [1] O mesmo texto já foi enviado uma vez
    [10] O mesmo texto já foi enviado 10 vezes ou mais
   *[other] O mesmo texto já foi enviado { $times } vezes
}
reason-network = { $count ->
    [one] { $count } comentário veio
   *[other] { $count } comentários vieram
} desta rede em { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}
reason-email = { $count ->
    [one] { $count } comentário veio
   *[other] { $count } comentários vieram
} deste endereço de e-mail em { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}
reason-blocked-word = Contém uma palavra bloqueada: { $word }
reason-blocked-domain = Contém um domínio bloqueado: { $domain }
reason-blocked-email = O endereço de e-mail está bloqueado
reason-blocked-network = A rede está bloqueada
# 30 stands for 30 or more.
reason-copies = { $count ->
    [one] Quase igual a outro comentário
    [30] Quase igual a outros 30 ou mais
   *[other] Quase igual a outros { $count }
} nos últimos { $days } dias{ $spam ->
    [0] { "" }
   *[other] , { $spam } deles spam
}
reason-language = O Hamlet ainda não conhece o idioma ({ $code }): decide uma pessoa
reason-links = { $count ->
    [one] Tem { $count } link
   *[other] Tem { $count } links
}; o site permite { $allowed }

## What the model read; it follows "because the comment" in a list

sign-looks = como está escrito: tamanho, maiúsculas, links e símbolos
sign-looks-links = { $links ->
    [one] { $links } link
   *[other] { $links } links
} em { $words ->
    [one] { $words } palavra
   *[other] { $words } palavras
}
sign-looks-capitals = { $percent } % das letras são maiúsculas
sign-looks-short = tem menos de três palavras
sign-name = o nome “{ $quoted }”
sign-email-domain = um endereço de e-mail em { $quoted }
sign-website = o site { $quoted }
sign-passage = um trecho que, por si só, parece spam
sign-link = tem link para { $quoted }
sign-email = dá um endereço de e-mail
sign-mention = dirige-se a “{ $quoted }”
sign-hashtag = tem a hashtag “{ $quoted }”
sign-number = tem o número “{ $quoted }”
sign-symbol = tem “{ $quoted }”
sign-spelled = soletra “{ $quoted }”
sign-word = diz “{ $quoted }”
sign-order = como se sucedem suas palavras, números e símbolos
sign-links = { $links ->
    [0] nenhum link
    [1] um link
   *[other] { $links } links
} em { $words ->
    [1] uma palavra
   *[other] { $words } palavras
}
sign-length = { $words ->
    [1] uma palavra
   *[other] { $words } palavras
}
sign-symbols = { $percent } % de símbolos
sign-exclamations = { $count ->
    [one] { $count } ponto de exclamação
   *[other] { $count } pontos de exclamação
}
sign-digits = { $percent } % de algarismos
sign-disguised = { $count ->
    [1] um caractere disfarçado ou oculto
   *[other] { $count } caracteres disfarçados ou ocultos
}
sign-markup = { $count ->
    [1] um trecho de HTML
   *[other] { $count } trechos de HTML
}

## Mails to moderators

mail-queue-heading = { $count ->
    [1] Um comentário aguarda em { $place }
   *[other] { $count } comentários aguardam em { $place }
}
mail-queue-several-sites = vários sites
mail-queue-subject = { $heading }: { $authors }
mail-queue-subject-others = { $heading }: { $authors } e outros
mail-queue-by = <strong><bdi>{ $author }</bdi></strong> em <bdi>{ $page }</bdi>
mail-queue-by-linked = <strong><bdi>{ $author }</bdi></strong> em <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-queue-by-text = { $author } em { $page } ({ $site }), { $received }
mail-queue-score = Filtro de spam: <strong>{ $score }</strong>
mail-queue-score-text = Filtro de spam: { $score }
mail-queue-percent = (spam: { $percent })
mail-queue-why = Por que pode ser spam:
mail-queue-approve = Aprovar
mail-queue-spam = Spam
mail-queue-reject = Rejeitar
mail-queue-approve-text = Aprovar:  { $url }
mail-queue-spam-text = Spam:     { $url }
mail-queue-reject-text = Rejeitar: { $url }
mail-queue-open = Abrir na moderação
mail-queue-open-text = Abrir:    { $url }
mail-queue-more = E mais { $count }.
mail-queue-more-linked = <a href="{ $url }">E mais { $count } na moderação</a>.
mail-queue-foot = <a href="{ $desk }">A moderação</a> · <a href="{ $preferences }">Com que frequência você recebe e-mails</a> · <a href="{ $stop }">Parar estes e-mails</a>
mail-queue-foot-text =
    A moderação: { $desk }
    Com que frequência você recebe e-mails: { $preferences }
    Para parar estes e-mails: { $stop }
mail-queue-links = Cada link abre uma página que pergunta mais uma vez antes de mudar algo. Os links são só para você e valem por 7 dias; por favor, não encaminhe este e-mail.

mail-test-subject = Um e-mail de teste do Hamlet em { $service }
mail-test-title = O e-mail chega
mail-test = Alguém pediu ao Hamlet em { $service } um e-mail de teste. É este: o e-mail chega.
mail-test-look = Se chegou à pasta de spam, veja docs/mail.md: SPF, DKIM e DMARC dizem de quem o e-mail realmente é.

## Mails to commenters

mail-confirm-subject = { $site }: quer ser avisado das respostas?
mail-confirm-title = Respostas em { $site }
mail-confirm-question = Quer ser avisado das respostas?
mail-confirm-public = Você pediu para ser avisado das respostas aos seus comentários em { $site }. Seu comentário em <bdi>{ $page }</bdi> agora é público.
mail-confirm-public-text = Você pediu para ser avisado das respostas aos seus comentários em { $site }. Seu comentário nesta página agora é público:
mail-confirm-yes = Sim, avise-me das respostas
mail-confirm-yes-text = Se quer ser avisado das respostas, confirme aqui:
mail-confirm-no = Se não pediu isto, não faça nada: você não será avisado de nenhuma resposta. Ou <a href="{ $url }">não ser perguntado nunca mais</a> em { $site }.
mail-confirm-no-text = Se não pediu isto, não faça nada: você não será avisado de nenhuma resposta. Para não ser perguntado nunca mais em { $site }:
mail-reply-heading = { $count ->
    [1] uma resposta ao seu comentário
   *[other] { $count } respostas aos seus comentários
}
mail-reply-title = { $count ->
    [1] Uma resposta ao seu comentário
   *[other] Respostas aos seus comentários
}
mail-reply-by = <strong><bdi>{ $author }</bdi></strong> respondeu em <bdi>{ $page }</bdi>
mail-reply-by-linked = <strong><bdi>{ $author }</bdi></strong> respondeu em <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-reply-by-text = { $author } respondeu ao seu comentário em { $page } ({ $site }).
mail-reply-own = Você escreveu:
mail-reply-reply = A resposta:
mail-reply-more = E mais { $count }.
mail-reply-stop = Você recebe este e-mail porque pediu para ser avisado das respostas em { $site }. <a href="{ $url }">Parar estes e-mails</a>.
mail-reply-stop-text = Você recebe este e-mail porque pediu para ser avisado das respostas em { $site }. Para parar:

## The comment form

form-title = Deixe um comentário
form-title-refused = Seu comentário ainda não foi enviado
form-work-needs-script = Este site pede a cada remetente uma prova de trabalho, que precisa de JavaScript.
form-name = Nome
form-email = E-mail
form-email-note = Seu endereço de e-mail não será publicado.
form-website = Site <span class="quiet">(opcional)</span>
form-text = Comentário
form-honeypot = Deixe isto vazio
form-replies = Avisar-me das respostas por e-mail
form-send = Enviar
read-title = Comentários
read-none = Ainda não há comentários.
read-count = { $count ->
    [one] { $count } comentário
   *[other] { $count } comentários
}
read-write = Deixe um comentário
read-reply = Responder a { $name }
read-more = Mais comentários
read-feed = Feed destes comentários
thanks-title = Obrigado
thanks-published = Seu comentário está publicado.
thanks-back = Voltar ao artigo
thanks-awaits = Seu comentário aguarda moderação. Ele aparecerá assim que um moderador o aprovar.

## The pages that links in mails lead to

link-unknown = Este link não funciona
link-unknown-text = Talvez tenha sido cortado no caminho. Copie o link inteiro do e-mail.
link-expired = Este link é antigo demais
link-expired-text = Os links dos e-mails valem por 7 dias. Nada foi alterado.
link-refused = Este link não funciona mais
link-refused-text = O comentário não existe mais, ou a conta para a qual o link foi feito não pode decidir sobre ele.
link-by = <strong><bdi>{ $author }</bdi></strong> em <bdi>{ $page }</bdi>
link-by-linked = <strong><bdi>{ $author }</bdi></strong> em <a href="{ $url }" rel="noreferrer"><bdi>{ $page }</bdi></a>
link-score = Filtro de spam: { $score }
link-why = Por que pode ser spam:
link-undo = Desfazer
link-stale-title = Já decidido
link-stale = Este comentário mudou desde que o e-mail foi escrito
link-stale-now = Agora está: { $status }. Este link não alterou nada.
link-last-decided = { $who } decidiu “{ $decision }” em { $when }.
link-last-undone = { $who } desfez “{ $decision }” em { $when }.

link-ask-undo = Desfazer a última decisão?
link-ask-approve = Aprovar este comentário?
link-ask-spam = Este comentário é spam?
link-ask-reject = Rejeitar este comentário?
link-ask-trash = Mover este comentário para a lixeira?
link-ask-hold = Devolver este comentário à fila?
link-do-undo = Desfazer
link-do-approve = Aprovar
link-do-spam = Marcar como spam
link-do-reject = Rejeitar
link-do-trash = Mover para a lixeira
link-do-hold = Devolver à fila
link-because = Motivo, se quiser informar
link-done-undo = Desfeito.
link-done-approve = Aprovado: o comentário é público.
link-done-spam = Marcado como spam.
link-done-reject = Rejeitado: o comentário continua sem ser publicado.
link-done-trash = Movido para a lixeira.
link-done-hold = Devolvido à fila.

mail-stop = Parar os e-mails sobre comentários pendentes?
mail-stop-text = Você não receberá mais e-mails sobre comentários pendentes, de nenhum site. Na moderação, sob o seu nome, você pode em vez disso escolher a frequência.
mail-stop-button = Parar estes e-mails
mail-stopped = Parado
mail-stopped-text = Você não receberá mais e-mails sobre comentários pendentes. Na moderação, sob o seu nome, pode ativá-los de novo.
replies-ask = Ser avisado das respostas em { $site }?
replies-ask-text = Quando alguém responder a um comentário seu, você recebe um e-mail. Cada um tem um link para pará-los.
replies-yes = Sim, avise-me das respostas
replies-stop = Parar os e-mails sobre respostas em { $site }?
replies-stop-text = Você não receberá mais e-mails deste site e não será perguntado de novo.
replies-stop-button = Parar estes e-mails
replies-confirmed = Você será avisado das respostas
replies-confirmed-text = Você receberá um e-mail quando alguém responder a um comentário seu.
replies-stopped = Parado
replies-stopped-text = Você não receberá mais e-mails sobre respostas deste site.

## Signing in and out

sign-in = Entrar
sign-in-email = E-mail
sign-in-password = Senha
sign-in-forgot = Esqueceu a senha? Peça a um administrador um link de uso único. Ele o cria na própria máquina com <code>hamlet moderator link</code>.
sign-in-nobody = Ninguém tem conta ainda. Abra o link que o Hamlet mostrou onde foi iniciado: ele funciona uma vez, dentro de um dia. Iniciado de novo, o Hamlet mostra outro.
sign-in-wrong = O endereço ou a senha não está certo.
sign-in-too-many = Tentativas demais. Espere quinze minutos e tente de novo.
sign-in-link-nobody = Boas-vindas. Quem é você?
sign-in-link-nobody-text = Este link vale uma única vez. Depois você entra com seu endereço e senha.
sign-in-link-first = Boas-vindas, { $name }
sign-in-link-choose = Escolha uma senha.
sign-in-link-known = Este link vale uma única vez; depois você entra com seu endereço, { $email }, e a senha.
sign-in-link-again = Entrar como { $name }
sign-in-link-again-text = Este link vale uma única vez. Escolha aqui uma nova senha se esqueceu a antiga.
sign-in-link-errors = Algo ainda não está certo; veja abaixo.
sign-in-link-name = Nome
sign-in-link-name-note = Os outros moderadores o veem ao lado do que você decide.
sign-in-link-email-note = Para entrar e ser avisado dos comentários pendentes. É guardado criptografado.
sign-in-link-new-password = Nova senha <span class="quiet">ou deixe vazio para manter a sua</span>
sign-in-link-password-note = Pelo menos { $min } caracteres. Algumas palavras de que você se lembre servem bem.
sign-in-link-gone = Este link não vale mais
sign-in-link-gone-text = Um link de acesso vale uma única vez, por 24 horas, e um novo substitui o antigo.
sign-in-link-gone-else = <a href="/sign-in">Entre com sua senha</a> ou peça um novo link a um administrador.
sign-out = Sair
sign-out-ask = Sair?
sign-out-back = Voltar à moderação
sign-out-done = Você saiu
refused-title = Isso não funcionou
refused-back = Para a moderação

## The desk: what every page has around it

desk = Moderação
desk-mail-to-files = Os e-mails são gravados em arquivos em <code>{ $folder }</code>: ninguém os recebe.
desk-mail-try = Configurar e testar
desk-unknown-proxy = As requisições chegam por um proxy que o serviço não conhece, e todos os remetentes contam como um só: as frequências são contadas para o proxy, e bloquear uma rede bloqueia todo mundo. Defina <code>server.trusted_proxies</code> com o endereço do proxy.
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
desk-statistics = Estatísticas
desk-keys = Teclas
desk-undo = Desfazer
key-next = comentário seguinte, anterior
key-approve = aprovar
key-spam = spam
key-reject = rejeitar: genuíno mas indesejado; não ensina nada sobre spam
key-why = rejeita e diz o motivo: “abuso” ensina o que isso é neste site
key-trash = lixeira
key-hold = de volta à fila
key-undo = desfazer a sua última decisão, em qualquer página
key-select = selecionar; <kbd>Shift</kbd> <kbd>x</kbd> seleciona todos os exibidos
key-shift = <kbd>Shift</kbd> + uma tecla
key-selected = decide sobre todos os selecionados
key-open = abre o comentário
key-thread = mostra o comentário na conversa
key-search = buscar
key-block = bloquear autor, domínio, rede ou frase
key-answer = responder ao comentário
key-palette = ir a tudo, fazer tudo
key-help = esta ajuda
keys-on = Usar estas teclas
keys-close = Fechar

## The desk: the queue

queue-only-comments-by-one-author = Somente comentários de um autor.
queue-change-the-filter-above = Altere o filtro acima.
queue-new-comments-appear-here-as = Aqui aparecem os comentários que uma pessoa deve ver. Os que quase certamente são spam estão em Spam, e podem ser tirados de lá.
queue-meanwhile = Com <kbd>j</kbd> e <kbd>k</kbd> você percorre a lista, com <kbd>a</kbd> aprova, com <kbd>s</kbd> marca como spam, e <kbd>z</kbd> desfaz o que fez por último.
queue-no-comment-has-this-status = Nenhum comentário tem este estado.
queue-comments = Comentários
queue-nothing-to-show = Nada a mostrar
queue-nothing-matches = Nada corresponde
queue-nothing-waits-for-you = Nada espera por você
queue-nothing-here = Nada aqui
queue-more-filters = Mais filtros
queue-every-site = todos os sites
queue-any = qualquer
queue-with-a-link = com link
queue-without = sem
queue-apply = Aplicar
queue-approve = Aprovar
queue-spam = Spam
queue-reject = Rejeitar
queue-trash = Lixeira
queue-why = Motivo, ao rejeitar:
queue-why-unsaid = sem motivo
queue-back-to-the-queue = De volta à fila
queue-search = Busca
queue-site = Site
queue-score = Pontuação
queue-order = Ordem
queue-page = Página
queue-reason = Motivo
queue-links = Links
queue-from = De
queue-to = Até
queue-selected-comments = Comentários selecionados:
queue-clear = Limpar
queue-read-on = Continuar lendo
queue-first-page = Primeira página
queue-next-page = Próxima página
queue-page-size = Comentários por página
queue-comments-by-status = Comentários por estado
queue-text-name-or-website = Palavras, nome, site ou e-mail
queue-path-or-address = /caminho ou endereço
queue-pages = Páginas

queue-decide = Decidir
queue-roomy = mais espaço
queue-answers = Em resposta a
queue-a-reply = Uma resposta
# Below a comment in a list that others are folded into: they are decided about with it.
queue-copies = { $count ->
    [one] Com { $number } cópia quase igual
   *[other] Com { $number } cópias quase iguais
} { $pages ->
    [one] em uma página
   *[other] em { $pages } páginas
}{ $sites ->
    [one] { "" }
   *[other] { " " }de { $sites } sites
}
queue-show-copies = Mostrar
queue-only-copies = Somente cópias quase iguais de um comentário.
queue-only-decided = Esta ordem mostra apenas os comentários sobre os quais alguém decidiu.
imports-title = Importações e páginas movidas
imports-imports = Importações até agora
imports-how = Arquivos maiores, e comentários vindos direto de um site, são importados na máquina em que o Hamlet roda:
imports-none = Nada foi importado ainda.
imports-new = { $count ->
    [one] { $number } comentário novo
   *[other] { $number } comentários novos
}
imports-not-ended = Não terminou ou está em andamento. Importada de novo, continua.
imports-taken-back = { $count ->
    [0] Desfeita por completo
    [one] Desfeita, exceto um comentário sobre o qual alguém tinha decidido
   *[other] Desfeita, exceto { $number } comentários sobre os quais alguém tinha decidido
}
imports-unchanged = { $count ->
    [one] { $number } já estava aqui
   *[other] { $number } já estavam aqui
}
imports-ham = { $number } rotulados como genuínos
imports-spam = { $number } rotulados como spam
imports-unlabelled = { $number } sem rótulo
imports-orphans = { $count ->
    [one] { $number } responde a um comentário que não está aqui
   *[other] { $number } respondem a comentários que não estão aqui
}
imports-withheld = { $number } não públicos: { $why }
imports-skipped = { $number } omitidos: { $why }
imports-doubts = { $number } não entendidos por completo: { $why }
imports-not-understood = O que não foi entendido e o que convém saber
imports-take-back = Desfazer
imports-what-goes = Excluir seus comentários e o que se aprendeu com eles, exceto aqueles sobre os quais alguém decidiu depois
imports-take-it-back = Desfazer esta importação
imports-say-that-you-are-sure = Confirme que tem certeza.
imports-removed = { $count ->
    [one] { $number } comentário foi removido de novo.
   *[other] { $number } comentários foram removidos de novo.
}
imports-kept = { $count ->
    [one] Um permanece: alguém decidiu sobre ele depois.
   *[other] { $number } permanecem: alguém decidiu sobre eles depois.
}
imports-move-a-page = Mover os comentários de uma página
imports-move-hint = Quando um artigo passa a ter outro endereço, ou uma conversa foi dividida em duas: os comentários se juntam aos que estão lá.
imports-from-page = Desta página
imports-to-page = Para esta página
imports-move = Mover
imports-moved = { $count ->
    [0] Não há comentários nessa página.
    [one] { $number } comentário foi movido.
   *[other] { $number } comentários foram movidos.
}
imports-no-such-site = Esse site não existe.
imports-from-a-file = Importar um arquivo
imports-file-hint = Comentários de outro sistema, com o que se decidiu sobre eles. Primeiro você vê o que viria. O que lá não era público espera aqui.
imports-what-it-is = O que é
imports-find-out = Descobrir
imports-at-most = No máximo { $number } MiB, compactado com gzip ou não. Maiores:
imports-same-file = Nada dele foi guardado: escolha o mesmo arquivo outra vez e ele será importado.
imports-try-it = Ver o que viria
imports-do-it = Importar
imports-would-come = { $count ->
    [0] Nenhum comentário viria.
    [one] { $number } comentário viria.
   *[other] { $number } comentários viriam; os que já estão aqui ficam como estão.
}
imports-too-large = Aqui são aceitos no máximo { $number } MiB. Importe-o na máquina em que o Hamlet roda.
imports-choose-a-file = Escolha primeiro um arquivo.
imports-no-such-format = Esse formato não existe.
comment-copies = Cópias quase iguais
comment-copies-say = { $count ->
    [one] Com { $number } cópia quase igual
   *[other] Com { $number } cópias quase iguais
} { $pages ->
    [one] está em uma página
   *[other] está em { $pages } páginas
}{ $sites ->
    [one] { "" }
   *[other] { " " }de { $sites } sites
}
comment-copies-elsewhere = { $count ->
    [one] Há mais uma em um site que você não modera.
   *[other] Há mais { $number } em sites que você não modera.
}
comment-copies-too = { $verb }: { $count ->
    [one] também a cópia que aguarda
   *[other] também as { $number } cópias que aguardam
}
queue-site-name = nome do site
queue-sites-like-that = Sites com esse nome:
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
order-decided = Decididos mais recentemente primeiro
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
check-language = um idioma que o Hamlet não conhece
check-copies = cópias quase iguais em outro lugar
queue-language = Idioma
comment-language = Idioma: { $code }
score-none = não avaliado
score-spam = provavelmente spam
score-uncertain = incerto
score-genuine = provavelmente genuíno
score-sure-spam = quase certamente spam
score-sure-genuine = quase certamente genuíno
score-likely = de probabilidade de spam
why-reviewed = Este site revisa cada comentário
age-now = agora mesmo
age-minutes = há { $number } min
age-hours = há { $number } h
age-days = há { $number } d

## The desk: first steps

start-title = Primeiros passos
start-done = feito
start-site = Adicione o seu site, com o endereço das páginas
start-page = Coloque as duas linhas em uma página e abra-a uma vez
start-comment = Receba um primeiro comentário
start-mail = Configure o e-mail e envie um teste
start-people = Convide um colega

## The desk: block rules

blocks-title = Bloqueados
blocks-what-they-are = Os comentários que caem em uma destas regras ficam retidos ou são considerados spam, qualquer que seja a pontuação. Nada é jogado fora.
blocks-none = Nada está bloqueado
blocks-how-to = Abra um comentário e escolha “Bloquear” (tecla <kbd>b</kbd>) para bloquear o autor, um domínio, a rede ou uma frase.
blocks-added = A regra está em vigor.
blocks-what = O quê
blocks-where = Onde
blocks-does = Então
blocks-until = Até
blocks-by = Criada por
blocks-hidden = (só o resumo criptográfico é guardado)
blocks-remove = Remover
blocks-hits = Atingidos recentemente
blocks-hits-of = { $hits } dos últimos { $all }, { $approved } aprovados
blocks-hit-last = o último { $when }
blocks-hits-none = nenhum dos últimos { $all }
blocks-import = Adicionar uma lista
blocks-import-what = As palavras não permitidas do WordPress, uma lista de domínios ou endereços, um por linha, ou um arquivo salvo aqui. O tipo de cada linha é reconhecido por ela.
blocks-import-list = A lista, um item por linha
blocks-import-try = Testar primeiro
blocks-import-do = Adicionar a lista
blocks-import-site = Para qual site
blocks-import-tried = { $new } regras seriam adicionadas; { $known } já existem. Juntas, teriam atingido { $hits } dos últimos { $all } comentários, { $approved } deles aprovados.
blocks-imported = { $new } regras foram adicionadas; { $known } já existiam.
blocks-import-refused = Não aceitas:
blocks-import-line = Linha { $line }: { $text }
blocks-export = Salvar as regras em um arquivo
blocks-remove-named = Remover a regra { $what }
block-title = Bloquear
block-what = O que é bloqueado
block-word = a palavra ou frase
block-phrase = Palavra ou frase
block-email = o endereço
block-network = a rede
block-domain = o domínio
block-trial = Teria atingido { $hits } dos últimos { $all } comentários, { $approved } deles aprovados.
block-then = O que acontece com esses comentários
block-holds = uma pessoa os revisa
block-spam = são spam
block-how-long = Por quanto tempo
block-a-week = uma semana
block-a-month = um mês
block-a-year = um ano
block-for-good = para sempre
block-note = Motivo <span class="quiet">opcional</span>
block-everywhere = Em todos os sites
block-force = Adicionar mesmo atingindo tantos
block-do = Bloquear
block-try = Só testar

## The desk: what the last form did

flash-unchanged = Nada foi alterado.
flash-noted = A nota está no histórico.
flash-answered = A sua resposta está publicada.
flash-edited = O texto foi alterado; o anterior está no histórico.
flash-unedited = O texto voltou a ser o de antes da alteração.
flash-erased = Foi excluído de vez.
flash-nothing-to-undo = Nada do último dia resta para desfazer.
flash-broken-undo = { $count ->
    [one] O serviço falhou antes de chegar a mais { $number } comentário.
   *[other] O serviço falhou antes de chegar a mais { $number } comentários.
}
flash-broken = Depois o serviço falhou: o restante ficou como estava. Tente de novo.
flash-left-own = { $count ->
    [one] { $number } ficou como estava: você já o tinha alterado antes.
   *[other] { $number } ficaram como estavam: você já os tinha alterado antes.
}
flash-left = { $count ->
    [one] { $number } ficou como estava: mudou nesse meio-tempo. Veja-o de novo.
   *[other] { $number } ficaram como estavam: mudaram nesse meio-tempo. Veja-os de novo.
}
flash-left-by = { $count ->
    [one] { $number } ficou como estava: { $who } o alterou nesse meio-tempo. Veja-o de novo.
   *[other] { $number } ficaram como estavam: { $who } os alterou nesse meio-tempo. Veja-os de novo.
}
flash-undo-rest = Desfazer o restante
flash-undo-all = { $count ->
    [one] Desfazer
   *[other] Desfazer os { $number }
}

## The desk: lists with a name

views-title = Listas salvas
views-what-they-are = Filtros e ordens a que você deu um nome. Cada lista tem endereço próprio, que pode virar favorito.
views-none = Nenhuma ainda
views-how-to = Restrinja a fila com os filtros e depois salve a lista com um nome.
views-remove = Remover
views-remove-named = Remover a lista { $name }
views-change = alterar
views-keep = Salvar esta lista
views-name = Nome
views-keep-it = Salvar
views-too-long = Estes filtros são longos demais para serem salvos.
views-too-many = Já há { $number } listas. Remova uma primeiro.

## What the desk's scripts say. "count" chooses the form of a sentence, "number" is the number as it is written.

number-separator = .
language-name = Português
language-direction = ltr
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
    [one] Desfeito em { $number } comentário.
   *[other] Desfeito em { $number } comentários.
}
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
js-why-private_information = informações privadas
js-why-impersonation = passa-se por outra pessoa
js-why-illegal = contra a lei
js-reject-because = Rejeitar: { $reason }
js-reject-why = Rejeitar e dizer o motivo
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
js-leave-them = Cancelar
js-sure = { $verb }: { $count ->
    [one] { $number } comentário?
   *[other] { $number } comentários?
}
js-sure-yes = { $verb }: { $number }
js-show = Mostrar
js-selected = { $count ->
    [one] { $number } selecionado
   *[other] { $number } selecionados
}
js-select-all = Selecionar todos os exibidos
js-all-done = Tudo feito aqui
js-what-else = Ver o que mais há
js-signed-out = a sua sessão terminou.
js-sign-in = Entrar
js-no-answer = o serviço não responde. Tente de novo.
js-not-decided-approve = Não aprovado.
js-not-decided-spam = Não marcado como spam.
js-not-decided-reject = Não rejeitado.
js-not-decided-trash = Não movido para a lixeira.
js-not-decided-hold = Não devolvido à fila.
js-comment-by = o comentário de { $who }
js-comments = { $count ->
    [one] { $number } comentário
   *[other] { $number } comentários
}
js-failed = Não feito: { $what }: { $why }
js-just-back = tinha acabado de voltar. Veja de novo.
js-gone = Já não existe: { $what }.
js-faster = { $who } foi mais rápido: { $what }, agora { $status }. Veja de novo.
js-faster-many = { $who } alterou antes de você: { $what }. Veja de novo.
js-you-before = Você já tinha alterado: { $what }. Veja de novo.
js-changed = Alterado nesse meio-tempo: { $what }. Veja de novo.
js-before-you = { $who } decidiu antes: { $did }, { $when }.
js-you-decided = Você já decidiu: { $did }, { $when }.
js-edited-before-you = { $who } alterou o texto, { $when }. Leia de novo.
js-undone-before-you = { $who } desfez uma decisão: agora { $status }, { $when }.
js-changed-now = Mudou nesse meio-tempo: agora { $status }.
js-decided-by = { $who }: { $did }, { $when }
js-changed-since = { $who } o alterou depois: agora { $status }.
js-changed-since-you = Você o alterou depois: agora { $status }.
js-not-taken-back = Não desfeito.
js-some-not-taken-back = Não em { $what }: { $why }
js-rest-changed = Alguém alterou o restante depois.
js-you = Você
js-seconds-ago = há { $number } s
js-minutes-ago = há { $number } min
js-at = às { $when }
js-select-first = Selecione primeiro um comentário: tecla j.
js-select-some = Selecione primeiro comentários.
js-not-loaded = { $count ->
    [one] Não foi possível carregar os próximos comentários: uma tecla não foi usada.
   *[other] Não foi possível carregar os próximos comentários: { $number } teclas não foram usadas.
}
js-new = { $count ->
    [one] { $number } novo: mostrar
   *[other] { $number } novos: mostrar
}
js-more = Mais
js-open = Abrir
js-undo-last = Desfazer a sua última decisão
js-keys = Teclas
js-what-to-do = Para onde, ou o que fazer?
js-nothing-like-that = Nada tem esse nome
js-saved-list = lista
js-looking = { $who } está vendo

## The desk: a comment by itself

text-invisible = { $code }: um caractere invisível
comment-comment = Comentário
comment-plus-speaks-for-spam-minus = Mais conta a favor de spam, menos contra.
comment-history = Histórico
comment-judgement = Avaliação
comment-author = Autor
comment-decided-before = Decidido antes
comment-checks-that-fired = Verificações acionadas
comment-what-counted-in-the-text = O que pesou no texto
comment-also-by-this-author = Também deste autor
comment-from-the-same-network = Da mesma rede
comment-with-the-same-web-site = Com o mesmo site
comment-note-for-the-history-with = Nota <span class="quiet">para o histórico, com uma decisão ou sozinha</span>
comment-email = E-mail
comment-website = Site
comment-comments = Comentários
comment-add-note = Adicionar nota
comment-next = Seguinte
comment-block = Bloquear
comment-answer = Responder
comment-answer-as = A sua resposta, publicada com o nome { $name }
comment-answer-approves = Aprovar o comentário a que responde
comment-answer-send = Publicar a resposta
comment-thread = Conversa
answer-needs-address = Sua conta precisa de um endereço de e-mail antes que você possa responder.
verdict-publish = publicado na hora
verdict-hold = retido para uma pessoa
verdict-spam = separado como spam
decision-approve = aprovar
decision-spam = spam
decision-reject = rejeitar
decision-trash = lixeira
decision-hold = reter
history-arrived = Recebido: { $to }
history-decided = decidiu “{ $decision }”: agora { $to }
history-undone = desfez “{ $decision }”: de novo { $to }
history-revealed = viu o endereço completo
history-edited = alterou o texto
history-edit-undone = desfez a alteração do texto
history-before = O texto anterior
history-noted = anotou
door-token = API
door-mail = por e-mail
door-client = informado por um programa
door-command = linha de comando
door-other = outra
comment-show-it-whole = Mostrar o endereço
comment-taken-back = (desfeito)
comment-that-you-looked-goes-into = O histórico passa a dizer que você o viu.
comment-all-of-theirs-that-wait = Todos os comentários pendentes dele

## The desk: before many are decided

confirm-these-are-all-that-match = São todos os que correspondem à lista de onde você vem, em todas as páginas. Você pode desfazê-los de uma vez por 30 dias, aqui ou em <a href="/desk/batches">Decididos juntos</a>.
confirm-leave-them = Cancelar
confirm-question = { $verb }: { $count ->
    [one] { $number } comentário?
   *[other] { $number } comentários?
}
confirm-all = { $verb }: todos os { $number }

## The desk: what was decided together

batches-decided-together = Decididos juntos
batches-what-was-decided-about-several = O que foi decidido sobre vários comentários de uma vez nos últimos 30 dias. Desfazer não toca no que alguém decidiu depois.
batches-select-several-comments-or-all = Selecione vários comentários, ou todos os que correspondem, e decida sobre eles: aparecerá aqui.
batches-nothing-was = Nada ainda
batches-taken-back = desfeito
batches-taking-back = está sendo desfeito

## The desk: what operators did

statistics-none = Desde ontem não chegou nenhum comentário.
statistics-lately = { $count ->
    [one] Desde ontem chegou { $number } comentário
   *[other] Desde ontem chegaram { $number } comentários
}: { $aside } separados como spam, { $published } publicados, { $held } retidos para decisão.
statistics-at-least = { $count ->
    [one] Desde ontem chegou pelo menos { $number } comentário, e outros ainda estão sendo contados.
   *[other] Desde ontem chegaram pelo menos { $number } comentários, e outros ainda estão sendo contados.
}
statistics-waiting = { $count ->
    [0] Nada aguarda agora.
    [one] { $number } comentário aguarda agora.
   *[other] { $number } comentários aguardam agora.
}
statistics-over = { $count ->
    [one] Em { $number } dia
   *[other] Em { $number } dias
}: chegaram { $came }, { $aside } separados por conta própria como spam; pessoas recuperaram { $back } e marcaram como spam { $missed } que passaram.
statistics-until = Contado até { $at } (UTC). Os dias são de UTC; comentários importados ficam de fora.
statistics-days = { $count ->
    [one] { $number } dia
   *[other] { $number } dias
}
statistics-period = Período
statistics-every-site = Todos os sites
statistics-csv = Estas somas em um arquivo CSV
statistics-by-day = Comentários por dia
statistics-by-day-chart = Comentários recebidos por dia; os separados como spam, acima do resto
statistics-decisions = Decisões por dia
statistics-decisions-chart = Decisões por dia, sem as desfeitas
statistics-wait = Tempo até a primeira decisão
statistics-wait-chart = Comentários retidos, por horas até a primeira decisão, até um dia
statistics-wait-none = Ainda não se decidiu sobre nenhum comentário retido.
statistics-wait-half = Metade esperou menos de { $time }.
statistics-wait-half-more = Mais da metade esperou mais de um dia.
statistics-within = Em menos de
statistics-share = Parte
statistics-minutes = { $count ->
    [one] { $number } minuto
   *[other] { $number } minutos
}
statistics-hours = { $count ->
    [one] { $number } hora
   *[other] { $number } horas
}
statistics-longer = mais
statistics-hours-axis = horas até a decisão
statistics-key-came = <span class="spam">separados como spam</span> <span class="ham">o resto</span>
statistics-bar-day = { $day }: chegaram { $came }, { $aside } separados como spam
statistics-bar-decided = { $day }: { $decided } decididos
statistics-bar-wait = após { $from } a { $to } horas: { $comments }
statistics-day = Dia
statistics-came = Recebidos
statistics-aside = Separados
statistics-held = Retidos
statistics-published = Publicados
statistics-decided = Decididos
statistics-back = Desfeitos
statistics-missed = Passaram
statistics-by-site = Por site
statistics-by-page = Por página
statistics-by-page-text = As vinte com mais comentários.
statistics-by-language = Por idioma
statistics-by-because = Por quê
statistics-by-because-text = O que fez o Hamlet publicar, reter ou separar.
statistics-by-reason = Motivos que as pessoas deram
statistics-site = Site
statistics-page = Página
statistics-language = Idioma
statistics-reason = Motivo
statistics-people = Quem decidiu
statistics-people-you = O que você decidiu
statistics-people-text = Em ordem de nomes. “Alterados” são os que um colega depois decidiu de outro modo ou desfez; cada pessoa vê a própria linha, os administradores veem todas.
statistics-person = Pessoa
statistics-changed = Alterados
statistics-stood = Mantidos
statistics-nothing = Nada ainda.
statistics-nothing-text = Quando comentários chegarem e se decidir sobre eles, o que foi feito deles é somado aqui alguns minutos depois.
statistics-unknown = desconhecido
statistics-because-score = provavelmente spam pela pontuação
statistics-because-trusted = um autor confiável
statistics-because-trusted_not_this = um autor confiável, mas não este comentário
statistics-because-labels_too_few = poucos rótulos para confiar neles
statistics-because-all_reviewed = o site revisa tudo
statistics-because-few_approved = poucos comentários do autor foram aprovados
statistics-because-abuse = provavelmente abusivo
statistics-because-not_judged = o modelo não conseguiu avaliar
activity-activity = Atividade
activity-on-sites = em { $count ->
    [one] { $count } site
   *[other] { $count } sites
}
activity-nothing-yet = Nada ainda.
activity-what-operators-did = O que os administradores fizeram
activity-when = Quando
activity-who = Quem
activity-what = O quê
activity-to-what = Em quê
activity-more = Mais
activity-older = Mais antigos
activity-acts = Ações
activity-decisions = Decisões
activity-decisions-text = Quem decidiu o quê, o mais recente primeiro. O que ninguém decidiu depois pode ser desfeito aqui.
activity-nothing-decided = Nada foi decidido ainda.
activity-earlier = Anteriores
activity-decided = { $did }: um comentário de { $author }
activity-undo = Desfazer: { $what }
act-address-reveal = viu um endereço completo
act-comments-export = exportou comentários
act-comments-import = importou comentários
act-comments-import-undo = desfez uma importação
act-key-add = criou a chave de um programa
act-key-revoke = revogou a chave de um programa
act-mail-retry = tentou de novo um e-mail
act-model-activate = colocou um modelo em uso
act-model-roll-back = voltou ao modelo anterior
act-model-train = iniciou um treinamento
act-person-add = adicionou um moderador
act-person-change = alterou uma conta
act-person-link = criou um link de acesso
act-person-password = definiu uma senha
act-person-remove = removeu um moderador
act-rule-add = adicionou uma regra de bloqueio
act-rule-import = adicionou uma lista de regras de bloqueio
act-rule-remove = removeu uma regra de bloqueio
act-samples-add = adicionou textos rotulados
act-sealing-key-retire = retirou as chaves de criptografia antigas
act-sealing-key-rotate = trocou a chave de criptografia
act-session-end-all = encerrou todas as sessões
act-site-add = adicionou um site
act-site-change = alterou um site
act-site-abuse-trial = viu o que faria reter por abuso
act-site-remove = removeu um site
act-subject-erase = apagou os dados de uma pessoa
act-subject-export = viu os dados de uma pessoa
act-token-add = criou um token
act-token-revoke = revogou um token
act-webhook-add = adicionou um webhook
act-webhook-remove = removeu um webhook

## The desk: your account

me-your-account = A sua conta
me-saved = Salvo.
me-nothing-was-saved-some-of = Nada foi salvo: algo não está certo.
me-ends-every-session-of-yours = Encerra todas as suas sessões, inclusive esta, e os links de acesso não usados. Os tokens que você criou continuam valendo.
me-mail-to-files = Ainda não há servidor de e-mail configurado, então nenhum e-mail chega a você.
me-mail-about-comments-that-wait = E-mails sobre comentários pendentes
me-address-and-password = Endereço e senha
me-sessions = Sessões
me-as-above = como acima
me-another-site = Outro site
me-another-hint = O nome dele nos endereços: ele passa a ter uma linha própria acima.
me-save = Salvar
me-language = Idioma
me-language-of-browser = como no navegador
me-sign-out-everywhere = Encerrar todas as sessões
me-name = Nome
me-other-moderators-see-it-beside = Os outros moderadores o veem ao lado do que você decide.
me-new-address = Novo endereço
me-leave-it-empty-to-keep = Deixe vazio para manter o seu.
me-new-password = Nova senha
me-at-least-10-characters-it = Pelo menos 10 caracteres. Suas outras sessões serão encerradas.
me-present-password = Senha atual
me-needed-to-change-the-address = Necessária para mudar o endereço ou a senha.

## The desk: a site

site-settings = <a href="/desk/settings">Configurações</a>
site-saved = Salvo.
site-nothing-was-saved-some-of = Nada foi salvo: algo não está certo.
site-otherwise-it-is-judged-and = Senão, é avaliado e esquecido. <a href="/desk/settings#keys">As chaves deles</a> estão nas configurações.
site-on-your-pages = Nas suas páginas
site-snippet-hint = Ponha estas duas linhas onde os comentários devem aparecer e depois abra essa página uma vez.
site-what-scores-do = O que as pontuações fazem
site-what-counts-as-evidence = O que conta como indício
site-programs-that-ask-about-comments = Programas conectados
site-name = Nome
site-origins-of-its-pages-one = Endereços das suas páginas, um por linha
site-origins-hint = Só as páginas de lá podem mostrar e enviar seus comentários a partir de um navegador.
site-origin-proposed = <bdi>{ $origin }</bdi> está preenchido abaixo e ainda não foi salvo. Salve-o se for seu.
site-save = Salvar
site-remove = Remover este site
site-remove-text = Ele sai com seus comentários, modelos, regras, chaves e configurações: na hora, para todos e de vez.
site-remove-type = Digite { $name } para confirmar
site-remove-mismatch = Este não é o nome do site que seria removido. Ele continua aí.
site-a-comment-without-a-form = Um comentário sem código de formulário conta a favor de spam
site-what-they-ask-about-is = O que eles consultam é guardado para ser revisado aqui
site-careful = Cuidadoso
site-balanced = Equilibrado
site-strict = Rigoroso
site-spam-proposed = { $percent } % está preenchido abaixo e ainda não foi salvo.
site-spam-from = Spam a partir de
site-a-score-from-0-to = A partir desta pontuação, o comentário é separado como spam: de 1 a 100.
site-authors-are-trusted-after = Autores são confiáveis após
site-so-many-comments-of-theirs = Tantos comentários deles que uma pessoa aprovou, cada um enviado de um mesmo navegador e com um mesmo endereço. Então são publicados na hora enquanto nada fale contra eles e não tenham links novos. Vazio: ninguém, e uma pessoa vê cada comentário.
site-published-at-once-below = Publicado na hora abaixo de
site-a-trusted-author-s-comment = Um comentário de autor confiável com pontuação menor não precisa de revisão: abaixo da anterior.
site-links = Links
site-more-in-one-comment-speak = Mais do que isso em um comentário indica spam.
site-seconds = Segundos
site-a-form-sent-sooner-after = Um formulário enviado antes disso após ser aberto conta a favor de spam.
site-hours = Horas
site-a-form-sent-later-after = Um formulário enviado depois disso após ser aberto, também.
site-keeping = Por quanto tempo
site-spam-days = Dias de spam
site-so-many-days-after = Tantos dias depois de ser considerado spam, é excluído em definitivo; o que os modelos aprenderam permanece. Vazio: nunca.
site-trash-days = Dias da lixeira
site-likewise-the-trash = O mesmo para o que está na lixeira.
site-pages = Endereços das páginas
site-trailing-slash = Uma barra no final
site-slash-kept = conta: /post e /post/ são duas páginas
site-slash-added = sempre está: /post é /post/
site-slash-removed = nunca está: /post/ é /post
site-drop-index = /post/index.html é /post/
site-parameters = Parâmetros que distinguem páginas
site-parameters-hint = Como p, separados por espaços; um hífen sozinho: nenhum. Vazio: todos menos os que dizem de onde veio o leitor (utm_source, fbclid e outros). Quando isto muda, os comentários vão para onde a página está agora.
site-proof-of-work = Prova de trabalho
site-zero-bits-1-to-24 = Quanto o navegador do remetente trabalha antes de poder enviar: de 1 a 24 bits; 16 levam um instante. Vazio: nada.
site-abuse = O quanto os comentários parecem abusivos
site-abuse-off = não é calculado
site-abuse-show = é mostrado aos moderadores
site-abuse-hold = é mostrado, e os comentários que parecem abusivos ficam retidos para eles
site-abuse-hint = Antes que algo seja retido, veja o que teria feito.
site-abuse-from = Reter a partir de
site-abuse-from-hint = De 50 a 100. Nada é publicado, separado ou descartado por ela.

## The desk: settings

settings-settings = Configurações
settings-none-a-program-that-moderates = Nenhum. Um programa que modera ou importa entra com um deles.
settings-send-me-a-test-mail = Enviar-me um e-mail de teste
settings-mail-how = O correio é entregue assim que <code>mail.url</code> (ou <code>HAMLET_MAIL__URL</code>) indica um servidor de correio, como <code>smtp://user:password@mail.example.org</code>, e o Hamlet foi iniciado de novo. <code>docs/mail.md</code> tem receitas para os provedores comuns.
settings-none-everything-was-delivered-or = Nenhum: tudo foi entregue ou ainda está sendo tentado.
settings-sites = Sites
settings-moderators = Moderadores
settings-tokens-for-programs = Tokens para programas
settings-mail-that-was-given-up = E-mails não entregues
settings-name-in-addresses = Nome nos endereços
settings-slug-hint = Letras minúsculas, algarismos e hífenes, como meu-blog. Ele aparece nas linhas que você põe nas suas páginas.
settings-name-for-people = Nome para as pessoas
settings-origins-of-its-pages = Endereços das suas páginas
settings-origins-hint = Como começam, por exemplo https://example.org, sem caminho. Se forem vários, com um espaço entre eles.
settings-name = Nome
settings-email = E-mail
settings-role = Função
settings-every-site = todos os sites, inclusive os adicionados depois
settings-only-these = somente estes
settings-find-a-site = Há { $number } sites. Busque pelo nome:
settings-find = Buscar
settings-nothing-done = Nada foi feito: algo não está certo.
settings-what-it-is-for = Para que serve
settings-add-a-site = Adicionar um site
settings-add-a-moderator = Adicionar um moderador
settings-make-a-token = Criar um token
settings-moderator-decides-about-comments = moderador: decide sobre comentários
settings-operator-runs-the-place-too = administrador: também administra o serviço
settings-moderator = moderador
settings-operator = administrador
settings-site = Site
settings-its-pages = Suas páginas
settings-what-to-do = <span class="away">O que fazer</span>
settings-owner = Dono
settings-last-used = Último uso
settings-mail = E-mail
settings-to = Para
settings-from = De
settings-why = Motivo
settings-add-the-site = Adicionar o site
settings-sign-in-link = Link de acesso
settings-remove = Remover
settings-add-the-moderator = Adicionar o moderador
settings-revoke = Revogar
settings-make-the-token = Criar o token
settings-try-again = Tentar de novo
settings-none-named-no-browser-of = nenhum ainda: nenhuma página pode enviar aqui
settings-you = você
settings-link-for = Criar um link de acesso para { $name }
settings-remove-named = Remover { $name }
settings-revoke-named = Revogar { $name }
settings-try-again-named = Tentar de novo: { $kind } para { $to }
settings-tokens-end = Um token termina com a conta de quem o criou e não pode mais do que essa pessoa.
settings-ownerless = { $count ->
    [one] De um que funciona ninguém sabe quem o criou: substitua-o e depois revogue-o.
   *[other] De { $number } que funcionam ninguém sabe quem os criou: substitua-os e depois revogue-os.
}
settings-never = nunca
settings-gone = não existe mais
settings-all-sites = todos os sites
settings-sent-link = Envie este link a { $name }: permite entrar uma vez, em um dia, e não será mostrado de novo.
settings-person-removed = Removido. O nome permanece no histórico.
settings-token-made = Deve ser enviado como “Authorization: Bearer …”. Não será mostrado de novo.
settings-token-revoked = O token foi revogado.
settings-site-added = Adicionado.
settings-site-removed = O site foi removido.
settings-choose-sites = Escolha pelo menos um, ou todos os sites.
settings-mail-address = Sua conta não tem um endereço legível: informe um, sob o seu nome.
settings-mail-not-sent = Não foi enviado: { $why }.
settings-mail-in-folder = Agora é um arquivo na pasta e ninguém o recebe: defina mail.url com um servidor de e-mail, como explica docs/mail.md.
settings-mail-taken = O servidor de e-mail o aceitou para { $to }. Veja se chega e em qual pasta.
settings-mail-retried = É tentado de novo na hora, por tanto tempo quanto um e-mail novo.
settings-letter-queue = comentários pendentes
settings-letter-confirm = pergunta sobre respostas
settings-letter-reply = uma resposta
me-mail-each = assim que chegam
me-mail-hourly = uma vez por hora
me-mail-daily = uma vez por dia
me-mail-never = nunca
settings-revoked = revogado
settings-blog = blog
settings-https-example-org = https://example.org
settings-tokens = Tokens

## The desk: settings: programs

programs-none-wordpress-and-others-that = Nenhuma. O WordPress e outros que falam o protocolo do Akismet perguntam aqui, com a chave de um site.
programs-a-key-judges-and-reports = Uma chave avalia e informa para o seu site e não pode fazer mais nada. Se o site guarda o que lhe é consultado está nas configurações do site.
programs-none-a-program-of-yours = Nenhum. Um programa seu pode ser avisado do que acontece em um site.
programs-in-the-public-internet-or = Na internet pública ou em uma rede que a configuração permita.
programs-programs-that-ask-about-comments = Programas conectados
programs-webhooks = Webhooks
programs-program = Programa
programs-site = Site
programs-address = Endereço
programs-make-a-key = Criar uma chave
programs-add-a-webhook = Adicionar um webhook
programs-its-comments-are = Seus comentários são
programs-last-used = Último uso
programs-what-to-do = <span class="away">O que fazer</span>
programs-told-of = Avisado de
programs-last-took = Último aceito
programs-not-taken = Não aceito
programs-revoke = Revogar
programs-make-the-key = Criar a chave
programs-remove = Remover
programs-add-the-webhook = Adicionar o webhook
programs-told-when = Avisar quando
programs-revoked = revogada
programs-nothing = nada
programs-keys = Chaves
programs-wordpress = WordPress
programs-revoke-named = Revogar a chave de { $name }
programs-remove-named = Remover o webhook { $url }
programs-backlog = { $queued } aguardando, { $dead } abandonados
programs-callbacks = Avisos de { $site }: { $queued } aguardando{ $dead ->
    [0] { "" }
   *[other] , { $dead } abandonados
} ({ $why }).
programs-not-tried = ainda não tentado
programs-key-made = Insira-a no programa, junto ao endereço deste serviço. Não será mostrada de novo.
programs-key-revoked = A chave foi revogada.
programs-judged-only = apenas avaliados
programs-kept = guardados para revisão
programs-webhook-made = As entregas são assinadas com este segredo, conforme o Standard Webhooks. Não será mostrado aqui de novo.
programs-webhook-removed = Removido, junto com o que ainda havia a avisar.
programs-nothing-yet = nada ainda
event-comment-received = um comentário chegou
event-comment-decided = decidiu-se sobre um comentário
event-comment-edited = o texto de um comentário foi alterado
event-model-activated = outro modelo avalia
programs-https-example-org-hook = https://example.org/hook

## The desk: privacy

privacy-privacy = Privacidade
privacy-make-sure-that-it-is = Certifique-se de que é essa pessoa quem pede. O endereço só é enviado no formulário e não fica em nenhum registro nem no histórico do navegador.
privacy-they-have-an-account-as = Essa pessoa tem uma conta de moderador, que permanece: está nas <a href="/desk/settings">configurações</a>.
privacy-nothing-yet-what-is-erased = Nada ainda. O que é apagado fica anotado aqui, com quem o fez e quanto foi, não de quem era.
privacy-what-is-held-about-a = O que se guarda sobre uma pessoa
privacy-held = Guardado
privacy-nothing-held = Nada é guardado sobre este endereço.
privacy-only-account = Nada é guardado sobre este endereço além da conta de moderador, que está nas <a href="/desk/settings">configurações</a>.
privacy-comments-on = Comentários em { $site }, <span class="status { $class }">{ $status }</span>
privacy-be-sure = Confirme que tem certeza: apagar não pode ser desfeito.
privacy-erased = Apagado: { $what }.
privacy-account-stays = A conta de moderador ainda existe: remova-a nas configurações.
privacy-amount-comments = { $count ->
    [one] { $number } comentário
   *[other] { $number } comentários
}
privacy-amount-samples = { $count ->
    [one] { $number } texto rotulado
   *[other] { $number } textos rotulados
}
privacy-amount-subscriptions = { $count ->
    [one] { $number } assinatura
   *[other] { $number } assinaturas
}
privacy-amount-mails = { $count ->
    [one] { $number } e-mail
   *[other] { $number } e-mails
}
privacy-amount-none = nada
privacy-erased-before = Apagado antes
privacy-email = E-mail
privacy-what = O quê
privacy-how-many = Quantos
privacy-when = Quando
privacy-by = Por
privacy-look-it-up = Consultar
privacy-download-all-of-it = Baixar tudo
privacy-erase-all-of-it = Apagar tudo
privacy-labelled-texts-and-what-models = Textos rotulados e o que os modelos aprenderam com eles
privacy-subscriptions-to-replies = Assinaturas de respostas
privacy-mails-to-them = E-mails para essa pessoa
privacy-damaged-rows-which-cannot-be = Linhas danificadas que não podem ser lidas
privacy-it-cannot-be-undone-and = Não pode ser desfeito, e tenho certeza

## The desk: the model

model-model = Modelo
model-caught = Últimos 30 dias: { $aside } separados como spam por conta própria, { $back } deles recuperados por pessoas; passaram { $missed } que pessoas marcaram como spam.
model-none-yet-a-training-takes = Nenhum ainda. Um treinamento usa o que os moderadores decidiram e o que foi importado ou enviado, e compara o novo modelo com o atual em amostras que nenhum viu.
model-all-of-it-counts = Tudo conta.
model-no-labels-yet-each-approval = Ainda não há rótulos. Cada aprovação e cada decisão de spam é um.
model-labels-are-counted-and-capped = Os rótulos são contados e limitados por ele. Se ficar vazio, é o seu.
model-drawings-of-the-last-1 = Aqui aparecem gráficos dos últimos 1.000 comentários.
model-spam-caught-genuine-blocked = <span class="spam">spam detectado</span> <span class="ham">genuínos bloqueados</span>
model-stands-as-spam-anything-else = <span class="spam">spam</span> <span class="ham">o resto</span>
model-nobody-has-decided-about-these = Ninguém decidiu ainda sobre estes.
model-each-dot-is-a-tenth = Cada ponto é um décimo das pontuações: na horizontal, o esperado; na vertical, a parte que as pessoas chamaram de spam. Sobre a linha, as pontuações significam o que dizem.
model-marked-as-spam-approved = <span class="spam">marcado como spam</span> <span class="ham">aprovado</span>
model-questions = O que os modelos respondem
model-spam = Spam
model-abuse = Abuso
model-abuse-is-evidence = A pontuação de abuso é mostrada às pessoas. Por si só, não publica, separa nem descarta nada.
model-abuse-labels = Cada aprovação é um, e cada rejeição com o motivo “abuso”.
model-judges-now = Em uso agora
model-class-ham = genuíno
model-class-spam = spam
model-class-clean = não abusivo
model-class-abuse = abusivo
model-since = { $ham } { $clean }, { $spam } { $against }
model-since-few = { $ham } { $clean }, { $spam } { $against }; são necessários { $minimum } de cada antes que contem
model-too-few = Para treinar um modelo próprio do site são necessários { $needed } rótulos de cada classe; há { $ham } { $clean } e { $spam } { $against }.
model-spam-labels = Cada aprovação e cada decisão de spam é um.
model-asked-by = Pedido por { $who }, { $when }
model-put-into-use-by = colocado em uso por { $who }
model-held-out = Em { $ham } amostras reservadas “{ $clean }” e { $spam } “{ $against }”, no limite { $threshold }; treinado com { $trained_ham } e { $trained_spam }
model-repeated = { $records }, dos quais { $repeated } repetem outro
model-over-cap = { $count ->
    [one] { $number } a mais do que conta de uma fonte por vez; o próximo treinamento o usa
   *[other] { $number } a mais do que contam de uma fonte por vez; o próximo treinamento os usa
}
model-refused = Nada disso foi guardado.
model-line = Linha { $line }
model-file-hint = CSV ou TSV com cabeçalho, ou linhas JSON: <code>text</code> e <code>label</code> (<code>{ $against }</code> ou <code>{ $clean }</code>), se conhecidos <code>name</code>, <code>email</code>, <code>website</code>, e <code>site</code> se não for { $site }. No máximo { $max } MiB. Conta tudo ou, se uma linha não estiver certa, nada.
model-what-if = Para os últimos { $judged } comentários, dos quais pessoas decidiram sobre { $decided }. O limite do site é { $threshold }.
model-part-of = { $part } de { $all }
model-use-it = Usar este limite
model-use = Usar { $threshold }
model-would = { $aside } separados: { $caught } de { $spam } de spam detectados, { $blocked } de { $ham } genuínos bloqueados.
model-abuse-would = { $held } retidos: { $approved } deles aprovados por pessoas, { $rejected } rejeitados.
model-said-begun = O treinamento aguarda sua vez.
model-said-under-way = Já há um treinamento em andamento para este site.
model-said-active = O modelo está em uso.
model-said-back = O modelo anterior está em uso de novo.
model-said-nothing-before = Não há modelo ao qual voltar.
model-said-seen = Fica anotado que você viu: o site já pode reter por abuso.
model-said-refused = Não passa no controle: os motivos estão abaixo.
model-status-queued = na fila
model-status-training = treinando
model-status-failed = falhou
model-status-candidate = candidato
model-status-live = em uso
model-status-retired = aposentado
model-phase-waiting = aguarda sua vez
model-phase-reading = lê as amostras
model-phase-fitting = ajusta o modelo
model-phase-measuring = compara-o com o atual
model-phase-done = concluído
model-figure-auc = Área ROC
model-figure-log-loss = Perda logarítmica
model-figure-calibration = Erro de calibração
model-trainings-and-models = Treinamentos e modelos
model-samples = Amostras
model-no-comment-was-judged-yet = Nenhum comentário foi avaliado ainda
model-what-a-threshold-would-do = O que um limite faria
model-scores = Pontuações
model-calibration = As pontuações significam o que dizem?
model-decisions-30-days = Decisões, 30 dias
model-labelled-data-from-elsewhere = Dados rotulados de outro lugar
model-name-of-this-data = Nome destes dados
model-file = Arquivo
model-version = Versão
model-labels-since = Rótulos desde então
model-records = Registros
model-new-labels = Rótulos novos
model-changed = Alterados
model-unchanged = Sem alteração
model-for-later = Para depois
model-figure = Indicador
model-this-model = Este modelo
model-live-then = O anterior
model-came-by = De onde
model-came-decision = decisões
model-came-import = importações
model-came-feedback = avisos de programas
model-came-samples = dados de outro lugar
model-class = Classe
model-labels = Rótulos
model-in-use = Em uso
model-threshold = Limite
model-put-aside = Separados
model-spam-caught = Spam detectado
model-genuine-blocked = Genuínos bloqueados
model-show = Mostrar
model-train-a-model = Treinar um modelo
model-back-to-the-one-before = Voltar ao anterior
model-use-the-shipped-one = Usar o incluído
model-put-it-into-use = Colocar em uso
model-take-it-in = Enviar
model-site = Site
model-look-again = Ver de novo
model-verdict-use = Pelo menos tão bom quanto o que está em uso, em comentários que nenhum tinha visto: coloque-o em uso.
model-verdict-keep = Não é melhor do que o que está em uso: mantenha esse.
model-evaluation-report = Relatório de avaliação
model-progress = Progresso
model-share-of-the-spam-caught = Parte do spam detectado e dos comentários genuínos bloqueados, por limite
model-share-that-was-spam-by = Parte que era spam, por pontuação
model-although-it-does-not-pass = embora não seja melhor
model-how-many-comments-had-which = Quantos comentários tinham cada pontuação
chart-score = pontuação
chart-share = parte
chart-share-of-spam = parte que era spam
chart-comments = comentários
chart-decisions = decisões
chart-days = dias antes de hoje
chart-score-bin = { $from } a { $to } %: { $spam } spam, { $other } outros
chart-day = { $ago ->
    [0] Hoje
    [one] Há { $ago } dia
   *[other] Há { $ago } dias
}: { $approved } aprovados, { $spam } marcados como spam
chart-calibration-dot = { $expected } % esperado, { $found } % era spam ({ $all })
model-decisions-of-the-last-30 = Decisões dos últimos 30 dias
model-abuse-trial = O que faria reter por abuso
model-abuse-of = Para os últimos { $comments } comentários que não foram separados como spam. O limite do site é { $threshold }. Comentários em idiomas que o modelo não conhece nunca ficam retidos.
model-abuse-held = Retidos
model-abuse-published = publicados na hora
model-abuse-approved = aprovados por pessoas
model-abuse-rejected = rejeitados por pessoas
model-abuse-seen = { $by } viu isto, { $when }.
model-abuse-unseen = Ninguém disse ainda que viu: até lá o site não pode reter por isso.
model-abuse-look = Eu já vi

## The desk: sentences with something in them

queue-search-behind = { $count ->
    [one] { $count } comentário ainda não está no índice de busca e não foi pesquisado.
   *[other] { $count } comentários ainda não estão no índice de busca e não foram pesquisados.
}
queue-elsewhere = Em outros lugares:
queue-no-match = Nenhum comentário em “{ $label }” corresponde a estes filtros. <a href="/desk?status={ $status }">Mostrar todos</a>.
queue-matching = todos os <span id="total">{ $total }</span> que correspondem, em todas as páginas
queue-marks = marcas
queue-select = Selecionar o comentário de { $name }
comment-for-good = Apagar em definitivo
comment-deleted-on = Será excluído em { $day }, conforme as configurações do site. O que os modelos aprenderam com ele permanece.
comment-it-cannot-be-undone = Sei que não pode ser desfeito
comment-delete-it = Excluir este comentário
comment-erase-its-author = Apagar o autor
comment-what-is-erased = Excluir remove o comentário com seu histórico, os e-mails sobre ele e o que os modelos aprenderam. Apagar o autor remove tudo o que se guarda sobre ele, em todos os sites.
comment-was = Foi { $verdict }. { $because }.
comment-model = Modelo { $model }
activity-kept = Guardado por { $days } dias. As decisões sobre comentários estão no histórico de cada um.
me-every-other-site = Todo site sem escolha abaixo
me-how-often = Com que frequência
me-address = Seu endereço é { $email }.
batches-undo-all = Desfazer todos os { $count }

## Changing what a comment says

comment-edit = Editar
comment-edited = editado
edit-title = Editar o comentário
edit-text = O que diz
edit-reason = Motivo, para o histórico
edit-save = Salvar a alteração
edit-now = O que diz agora
edit-changed = { $who } alterou o comentário nesse meio-tempo. Seu texto está abaixo; salvá-lo substitui o que o comentário diz agora.
edit-readers-see = Os leitores veem que o comentário foi editado, não o que dizia antes. Os moderadores veem os dois.
edit-readers-see-both = Os leitores veem que o comentário foi editado e podem ler o que dizia antes.
activity-edited = Alterou o texto de { $author }
site-readers = O que os leitores veem
site-show-edits = Os leitores podem ver o que um comentário dizia antes de um moderador alterá-lo
read-edited = editado
edits-title = O que o comentário dizia antes
edits-what = Um moderador o alterou. Estes são os textos anteriores, o mais antigo primeiro.
edits-until = Até
key-edit = Editar o que o comentário diz

## What comes from below in English, because programs read it too. A sentence of this group is found by its English text.

fault-required = Este campo é obrigatório.
fault-too-long = No máximo { $max } caracteres são permitidos.
fault-control = Caracteres de controle não são permitidos.
fault-email = Este não é um endereço de e-mail.
fault-website = Este não é o endereço de um site.
fault-slug = Use de 1 a 63 letras minúsculas, algarismos e hifens internos.
fault-slug-taken = Outro site tem este nome.
fault-origins = No máximo { $max } origens.
fault-origin = Escreva-o como https://example.org, sem caminho.
fault-present-password = Esta não é sua senha atual.
fault-password-short = Use pelo menos { $min } caracteres.
fault-address-taken = Outro moderador tem este endereço.
fault-operator-sites = Um administrador gerencia todos os sites: não indique nenhum.
fault-no-such = Não existe: { $what }.
fault-what-site = site
fault-what-comment = comentário
fault-what-page = página
fault-what-moderator = moderador
fault-what-model = modelo
fault-what-import = importação
fault-what-rule = regra de bloqueio
fault-what-status = estado
fault-what-reason = motivo
fault-page-origin = Esta página não está em nenhuma das origens do site.
fault-page = Uma página é um endereço web completo ou um caminho que começa com uma barra.
fault-parameters = No máximo 50 nomes de parâmetros, como p, sem &, =, # nem espaços.
fault-same-page = É a mesma página.
fault-same-text = O texto é o mesmo.
fault-above-zero = Deve ser maior que 0 e no máximo { $to }.
fault-above-zero-or-absent = Deve ser maior que 0 e no máximo { $to }, ou ficar vazio.
fault-below-spam = Deve ir de 0 até abaixo do limite de spam.
fault-least-or-absent = Deve ser pelo menos { $from }, ou ficar vazio.
fault-range-or-absent = Deve ir de { $from } a { $to }, ou ficar vazio.
fault-range = Deve ir de { $from } a { $to }.
fault-look-first = Veja primeiro o que teria feito com os últimos comentários deste site: na página do modelo, com POST para { $path } ou com `hamlet site abuse-trial`.
fault-rule-empty = Nada disto pode ser visto.
fault-rule-domain = Este não é um domínio como example.org.
fault-rule-network = Este não é nem um endereço nem uma rede como { $example }.
fault-rule-over = Esse prazo já passou.
fault-form-token = Este site pede um código de formulário com uma prova de trabalho.
fault-form-old = O formulário ficou aberto tempo demais; recarregue-o.
fault-work = Esta não é a prova de trabalho pedida.
fault-work-used = Esta prova de trabalho já foi usada; recarregue o formulário.
fault-no-parent = Esse comentário não existe nesta página.
fault-too-many = Vieram comentários demais daqui; tente mais tarde.
fault-no-files = Arquivos não são aceitos.
fault-utf8 = Isto não é UTF-8: veja se está como você escreveu.
fault-twice = O campo está duas vezes.
fault-invalid = Algo do que foi enviado não está certo.
fault-stale-form = O formulário está desatualizado. Recarregue a página e repita.
fault-operators-page = Só administradores podem ver esta página.
fault-last-operator = Este é o último administrador: ninguém mais poderia gerenciar o serviço.
fault-other-site = Este formulário foi enviado de outro site.
fault-unavailable = O serviço não pode fazer isso no momento. Nada foi salvo; tente de novo.
fault-busy = Há buscas demais em andamento, ou esta demorou demais. Tente daqui a pouco ou restrinja a busca.
fault-changed = Alguém alterou o comentário nesse meio-tempo. Veja-o de novo.
fault-unsure = Falta confirmar no formulário que você tem certeza.
fault-method = Este endereço aceita outros métodos: veja Allow.
fault-too-large = No máximo { $limit } bytes.
fault-no-record = Não há nenhum registro nele.
fault-no-label = não tem rótulo: { $against } ou { $clean }
fault-no-text = não tem texto
fault-unknown-site = nomeia um site que não existe
fault-mail-late = o servidor de e-mail não respondeu a tempo
fault-mail-answered = o servidor de e-mail respondeu { $code }
fault-mail-hung-up = o servidor de e-mail desligou ou sua resposta não pode ser entendida
fault-mail-tls = Falhou o TLS com o servidor de e-mail: { $why }
fault-mail-unable = o servidor de e-mail não pode fazer o necessário: { $why }
fault-mail-unreachable = não é possível alcançar o servidor de e-mail: { $why }
fault-gate-few-labels = Há { $ham } rótulos “{ $clean }” e { $spam } “{ $against }”; são necessários pelo menos { $needed } de cada para treinar um modelo.
fault-gate-one-sided = Os rótulos são desiguais: só { $fewer } de { $all } são “{ $name }”. Um modelo treinado com eles mal saberia o que é “{ $again }”.
fault-gate-same-text = Os rótulos “{ $name }” tratam todos quase do mesmo texto, reservado para medir: rotule outros mais variados.
fault-gate-few-samples = Só { $ham } amostras “{ $clean }” e { $spam } “{ $against }” foram reservadas para medir; com menos de { $few } de cada nada se pode dizer.
fault-gate-catches-less = Detecta menos “{ $against }” que o modelo em uso: { $new } % em vez de { $old } %.
fault-gate-blocks-more = Bloqueia por engano mais que o modelo em uso: { $new } % de “{ $clean }” em vez de { $old } %.
fault-gate-calibration = Suas probabilidades não são confiáveis: desviam { $error } em média, e o máximo aceito é { $limit }.
fault-gate-poor = Mal distingue “{ $against }” de “{ $clean }” do site (área sob a curva { $auc }): os rótulos se contradizem.
fault-gate-swapped = Os rótulos dizem o oposto do que o modelo que vem com o programa lê nos textos (área sob a curva { $auc }): “{ $against }” e “{ $clean }” foram trocados?
fault-gate-source = { $contradicted } de { $labels } rótulos de “{ $name }” são o oposto do que todos os outros ensinam: veja essa fonte.
fault-class-ham = genuíno
fault-class-spam = spam
fault-class-clean = não abusivo
fault-class-abuse = abusivo
fault-rule-broad = { $summary } Quase tudo cai nela.
fault-rule-broad-line = { $summary } Quase tudo cai nela.
fault-rule-trial = Teria atingido { $hits } dos últimos { $all } comentários, { $approved } deles aprovados.
fault-number = Este não é um número que caiba aqui.
fault-choose-file = Escolha um arquivo primeiro.
fault-standing-broken = O modelo ativado não pode ser usado ({ $why }); usa-se o que vem com o programa.
fault-standing-shipped = O modelo que vem com o programa, como está: { $ham } rótulos “{ $clean }” e { $spam } “{ $against }”; são necessários { $minimum } de cada antes que contem.
fault-standing-taught = O modelo que vem com o programa, e o que { $ham } rótulos “{ $clean }” e { $spam } “{ $against }” lhe ensinaram.
fault-standing-own = O modelo próprio do site, e o que lhe ensinaram { $ham } rótulos “{ $clean }” e { $spam } “{ $against }” com os quais não foi treinado.
fault-operators-only = Só operadores podem fazer isto.
fault-none-given = não informado
fault-unreadable = ilegível
fault-body-broken = O envio foi interrompido.
fault-body-compressed = Envios compactados não são aceitos.
fault-body-late = O envio não chegou em { $seconds } segundos.
fault-media-type = Envie JSON, application/x-www-form-urlencoded ou multipart/form-data.
fault-multipart = O envio em várias partes não pode ser lido.
fault-multipart-parts = O envio tem partes demais.
fault-form-type = Envie o formulário como application/x-www-form-urlencoded.
fault-form-fields = O formulário tem campos demais.
fault-form-broken = O formulário foi interrompido ou não pode ser lido.
fault-form-behind = Há algo depois do arquivo.
fault-field-utf8 = Um campo não é UTF-8.
fault-field-long = Um campo é longo demais.
fault-form-nothing = O formulário não diz o que fazer.
fault-form-unsaid = O formulário não diz a que se refere.
fault-form-block = O formulário não diz o que bloquear.
fault-form-reason = O formulário não indica nenhum motivo.
fault-form-decision = O formulário não indica nenhuma decisão.
fault-form-page-size = O formulário não indica nenhum tamanho de página.
fault-form-comment = O formulário indica algo que não é um comentário.
fault-form-list = O formulário não diz de que lista se trata.
fault-at-once = No máximo { $most } comentários podem ser decididos de uma vez.
fault-listeners = Já há gente demais à escuta. Volte mais tarde.
fault-parameter-twice = O parâmetro aparece duas vezes.
fault-parameter-required = Falta este parâmetro.
fault-parameter-value = Este parâmetro não aceita esse valor.
fault-true-false = Só pode ser true ou false.
fault-question = Essa pergunta não existe: é `spam` ou `abuse`.
fault-what-parameter = parâmetro
fault-what-field = campo
fault-cursor = Este cursor não é desta lista.
fault-comment-id = Este não é o identificador de um comentário.
fault-in-the-meantime = Foi alterado nesse meio-tempo; está assim agora.
fault-service-failed = O serviço falhou. Ficou registrado.
fault-rule-star = `*` vale só por um nome inteiro, como em *@example.org; para um domínio e os que estão abaixo dele, use uma regra para o domínio.
fault-rule-letters = Escreva letras simples aqui; este sinal seria lido como tais.
fault-rule-many = Uma lista tem no máximo { $most } regras; esta tem { $count }.
fault-look-others = { $who } viu limites de { $from } a { $to }: veja este primeiro.
fault-not-trained = Este treinamento não deu nenhum modelo que se possa medir.
fault-nothing-held-out = Nenhum rótulo do site está mais reservado: não há com que medi-lo.
fault-nul-in = tem um caractere NUL em { $field }
fault-mail-unwritten = não pôde ser escrito: veja o registro
fault-mail-folder = não é possível gravar na pasta de e-mails: { $why }
fault-mail-slow = o servidor de e-mail demorou demais
fault-hook-address = deve ser um endereço http ou https de no máximo { $most } bytes, sem usuário nem senha
fault-hook-private = está numa rede que não é pública: veja webhooks.allow_networks
fault-hook-refused = o endereço é recusado: { $why }
fault-hook-connection = a conexão falhou: { $why }
fault-hook-exchange = a troca falhou: { $why }
fault-hook-request = a requisição não pode ser montada
fault-hook-late = demorou demais
fault-hook-host = o nome do servidor não foi encontrado
fault-hook-host-private = o nome do servidor leva a uma rede que não é pública

## O que foi encontrado num arquivo importado. Como acima.

fault-at-line = linha { $line }: { $why }
fault-at-comment = comentário { $place }: { $why }
fault-at-post = mensagem { $place }: { $why }
fault-at-byte = byte { $place }: { $why }
fault-at-file = o arquivo: { $why }
fault-at-database = o banco de dados: { $why }
fault-said-of = { $place }: { $why }
fault-import-no-text = sem texto
fault-import-fields = sem texto: foi listado com --fields e todos os campos?
fault-import-large = grande demais
fault-import-larger = maior do que o que é lido
fault-import-longer = com mais de { $most } bytes
fault-import-row = { $problem }; nenhuma linha pode ter mais de { $most } bytes
fault-import-unread = não pôde ser lido
fault-import-pingback = um pingback ou trackback
fault-import-not-comment = não é um comentário
fault-import-backup-line = a linha sobre o próprio backup
fault-import-deleted = apagado, e seu texto junto
fault-import-names = demais para esperar pelos nomes
fault-import-thread-list = uma conversa sem lista de comentários
fault-import-website = um site que não é um site
fault-import-email = um endereço de e-mail que não é um endereço
fault-import-cut = um texto longo demais: o meio foi deixado de fora
fault-import-page = uma página desconhecida
fault-import-label = um rótulo que não se entende
fault-import-status = um estado que não se entende
fault-import-no-date = sem data
fault-import-date = uma data que não se entende
fault-import-early = uma data anterior a 1970
fault-import-future = uma data no futuro
fault-import-local = uma data só em hora local
fault-import-answers-hidden = responde a um comentário que não é público
fault-import-page-unknown = sua página não é conhecida
fault-import-marked-hidden = está marcado como não público
fault-import-marked-deleted = está marcado como apagado
fault-import-page-hidden = a página dele está marcada como não pública
fault-import-page-deleted = a página dele está marcada como apagada
fault-import-thread-deleted = sua conversa foi apagada
fault-import-thread-hidden = sua conversa está marcada como não pública
fault-import-post-password = seu artigo tem senha
fault-import-post-unknown = o estado do seu artigo não é conhecido aqui
fault-import-attached = aquilo a que está ligado não é público
fault-import-post-private = seu artigo é privado
fault-import-post-draft = seu artigo é um rascunho
fault-import-post-pending = seu artigo aguarda revisão
fault-import-post-future = seu artigo será publicado mais tarde
fault-import-post-trash = seu artigo foi para a lixeira
fault-import-no-spam = não há spam entre os rótulos
fault-import-no-spam-wordpress = não há spam entre os rótulos: o WordPress o deixa fora da exportação; importe também `wp comment list --status=spam --format=json`
fault-import-no-ham = não há nada genuíno entre os rótulos
fault-import-nothing = não há nenhum comentário nele
fault-import-no-list = nenhuma lista de comentários; há outra página ali?
fault-import-reader = a leitura do arquivo falhou de modo inesperado
fault-import-unpacked = descompactado passa de { $most } MiB: importe-o com `hamlet import`
fault-import-bomb = descompactado é mais do que comentários seriam: é uma bomba de descompressão?
fault-import-piece = um pedaço dele é maior do que o que é lido
fault-import-zip = é um arquivo zip: descompacte-o e importe cada arquivo que ele contém
fault-import-zip-empty = é um arquivo zip vazio
fault-import-7-zip = é um arquivo 7-zip: descompacte-o e importe cada arquivo que ele contém
fault-import-rar = é um arquivo rar: descompacte-o e importe cada arquivo que ele contém
fault-import-tar = é um arquivo tar: descompacte-o e importe cada arquivo que ele contém
fault-import-packed = está compactado com { $how }: descompacte-o primeiro ({ $command })
fault-import-packed-twice = está compactado duas vezes: descompacte-o uma vez (gunzip)
fault-import-sqlite = é um banco de dados SQLite: só --format isso lê um
fault-import-pdf = é um PDF
fault-import-office = é um documento antigo do Excel ou Word: salve-o como CSV (UTF-8)
fault-import-postgresql = é uma cópia de um banco PostgreSQL: restaure-o e exporte os comentários de lá
fault-import-sql = é uma cópia de um banco de dados (SQL): exporte os comentários com o sistema de que são
fault-import-parquet = é um arquivo Parquet: converta-o em linhas JSON
fault-import-feed-blogger = é um feed e não uma exportação do Blogger: nenhuma entrada diz o que é
fault-import-feed-wordpress = é um feed e não uma exportação do WordPress: não há nenhum elemento wp: nele
fault-import-encoding = o arquivo não é UTF-8 e foi lido como { $name }; se houver letras erradas, diga com --encoding o que é, ou converta-o: iconv -f { $from } -t utf-8
fault-import-encoding-unknown = o arquivo diz estar em { $label }, que não é conhecido aqui, e foi lido como UTF-8; converta-o: iconv -f { $from } -t utf-8
fault-import-byte = 1 byte não era texto, e agora é { $mark }
fault-import-bytes = { $many } bytes não eram texto, e agora são { $mark }; se palavras inteiras estiverem assim, diga com --encoding o que é o arquivo
fault-import-isso-database = o do Isso é um banco de dados, não um fluxo
fault-import-isso = não é do Isso: { $why }
fault-import-not-json = não é JSON: { $why }
fault-import-not-xml = não é XML: { $why }
fault-import-deep = há elementos aninhados a mais de { $most } níveis
fault-import-rtf = é um documento de um processador de texto (RTF): salve-o como texto simples
fault-import-utf-32 = está em UTF-32, que não é lido: converta-o: iconv -f utf-32 -t utf-8
fault-import-yaml = é YAML, que não é lido: converta-o em linhas JSON
fault-import-movable-type = é uma exportação do Movable Type: tente --format movable-type
fault-import-no-zone = o arquivo não indica fuso horário: suas datas foram lidas como tempo universal
fault-import-passed-over = "{ $name }" está num objeto de mais de { $most } MiB e foi deixado de lado
fault-import-day-first = datas como { $date } têm o dia antes do mês, como outras no arquivo mostram
fault-import-month-first = datas como { $date } têm o mês antes do dia, como outras no arquivo mostram
fault-import-later = será publicado mais tarde
fault-import-ended = era para ser mostrado só por um tempo
fault-import-author-id = um autor que é só um identificador
fault-import-by-name = o arquivo nomeia as páginas pelo BASENAME e não pelo endereço: mova os comentários delas com `hamlet site move-page`
fault-import-quote = há aspas que não foram fechadas
fault-import-header = o cabeçalho outra vez
fault-import-nested = aninhado demais
fault-import-system = não é um comentário, mas um erro do sistema de onde foi obtido: { $code }: { $message }
fault-import-not-closed = termina cedo demais: <{ $name }> não está fechado
fault-import-neither = nem um objeto nem uma lista deles: { $start }
fault-import-ends-early = o arquivo termina cedo demais
fault-import-ends-quotation = o arquivo termina cedo demais: uma aspa não está fechada
fault-import-ends-values = o arquivo termina cedo demais: { $has } valores, o cabeçalho tem { $wants }
fault-import-values = { $has } valores, o cabeçalho tem { $wants }: falta uma aspa?
fault-import-open = não está fechado
fault-import-ends-inside = termina cedo demais, dentro do que contém a lista
fault-import-ends-list = termina cedo demais, dentro da lista
fault-import-before-xml = o que vem antes do XML foi ignorado: { $line }
fault-import-column = o cabeçalho não nomeia nenhuma coluna “{ $name }”
fault-import-column-text = o cabeçalho não nomeia nenhuma coluna “text”; nomeia { $names }
fault-import-no-header = não há cabeçalho: escreva os nomes das colunas em uma linha antes (id, page, name, text, …)
fault-import-neither-label = o rótulo { $label } não é spam nem ham
fault-import-neither-question = a pergunta { $question } não é spam nem abuse
fault-import-reading = a leitura falhou: { $why }
fault-import-is-it = não há nenhum comentário nele: é { $wanted }? { $hint }
fault-wanted-wxr = a exportação do WordPress (WXR)
fault-wanted-disqus = a exportação do Disqus
fault-wanted-blogger = a exportação do Blogger
fault-wanted-movable-type = a exportação do Movable Type
fault-wanted-table = uma tabela com cabeçalho
fault-hint-empty = Está vazio.
fault-hint-json = É JSON: tente --format jsonl, ou o do sistema de onde vem.
fault-hint-table = Começa com “{ $start }”: se for uma tabela, tente --format csv.
fault-hint-start = Começa com “{ $start }”.
fault-hint-element = Seu primeiro elemento é <{ $name }>.
fault-hint-wxr = Seu primeiro elemento é <{ $name }>: tente --format wxr.
fault-hint-disqus = Seu primeiro elemento é <{ $name }>: tente --format disqus.
fault-hint-disqus-old = Seu primeiro elemento é <{ $name }>, como nas exportações do Disqus de antes de 2011: exporte de novo ou converta em linhas JSON.
fault-hint-page = Seu primeiro elemento é <{ $name }>, uma página e não uma exportação: houve um erro ao obtê-la?
fault-hint-blogml = Seu primeiro elemento é <{ $name }>: isso é BlogML, que não é lido.
fault-hint-intensedebate = Seu primeiro elemento é <{ $name }>, como nas exportações do IntenseDebate, que não são lidas.
fault-hint-feed = Seu primeiro elemento é <{ $name }>, um feed: se for a exportação do Blogger, tente --format blogger.

## O relatório de avaliação de um modelo, uma página para guardar

report-title = { $model }: avaliação
report-how-good = Quão bom é { $model }?
report-measured-on = Medido com { $ham } genuínos e { $spam } de spam de: { $files }.
report-labels-of = os rótulos de “{ $site }” com que nenhum modelo é treinado, como estavam em { $day }
report-called-spam = chamado de spam
report-called-ham = chamado de genuíno
report-spam = spam
report-ham = genuíno
report-figure = medida
report-value = valor
report-what-it-is = o que é
report-accuracy = acurácia
report-accuracy-text = parte dos textos chamados do que são, com probabilidade meio
report-mcc = MCC
report-mcc-text = correlação de Matthews em meio: 0 ao acaso, 1 perfeita
report-auc = AUC
report-auc-text = chance de um spam pontuar mais que um genuíno
report-average-precision = precisão média
report-average-precision-text = área sob precisão e revocação
report-log-loss = penalidade por pontuações erradas
report-log-loss-text = surpresa média por texto, em nats
report-calibration-error = quanto as pontuações se desviam
report-calibration-error-text = distância média da probabilidade à verdade, 15 classes
report-thresholds = O que custa um limite
report-thresholds-text = O limite mais baixo que não bloqueia por engano mais genuínos do que o permitido, e o que detecta.
report-budget = genuínos bloqueados permitidos
report-threshold = limite
report-ham-blocked = genuínos bloqueados
report-spam-caught = spam detectado
report-parts = Por idioma e tipo
report-parts-text = Bloqueado: a partir de 0,95; retido: a partir de 0,2. Entre parênteses e depois de ± o intervalo de 95 %: com poucos textos ele é largo.
report-ham-held = genuínos retidos ou bloqueados
report-spam-blocked = spam bloqueado
report-spam-held = spam retido ou bloqueado
report-language = idioma
report-kind = tipo
report-curves = Curvas
report-tells = O que conta
report-tells-text = Elementos pelo peso que acrescentaram, somado sobre os textos medidos.
report-texts = textos
report-mean-weight = peso médio
report-towards-spam = para spam
report-towards-ham = para genuíno
report-most-wrong = Os mais errados
report-ham-highest = Genuínos com a pontuação mais alta
report-spam-lowest = Spam com a pontuação mais baixa
report-score = pontuação
report-text = texto
report-named = Quem é nomeado
report-named-text = Textos que nomeiam um grupo de pessoas, quando um em cada cem textos inofensivos é assinalado. BPSN: a chance de o abusivo sem o termo pontuar mais que o inofensivo com ele; baixa onde o próprio termo pesa contra as pessoas. BNSP: a de o abusivo com o termo pontuar mais que o inofensivo sem ele (Borkan et al., 2019).
report-term = termo
report-harmless = inofensivos
report-abuse = abusivos
report-harmless-flagged = inofensivos assinalados
report-auc-among = AUC entre eles
report-bpsn = AUC BPSN
report-bnsp = AUC BNSP
report-axis-ham-blocked = parte de genuínos bloqueados
report-axis-spam-caught = parte de spam detectado
report-axis-spam-blocked = parte de spam entre os bloqueados
report-axis-probability = probabilidade prevista
report-axis-spam = parte de spam
report-axis-class = parte da classe
report-axis-labels = rótulos destes textos aprendidos
report-axis-auc = AUC no restante
report-plot-caught = Spam detectado contra genuínos bloqueados em todos os limites; cinza é o acaso.
report-plot-precision = Precisão e revocação em todos os limites.
report-plot-calibration = Dos textos com dada probabilidade, quantos eram spam; cinza é perfeito.
report-plot-scores = Pontuações de genuínos (verde) e de spam (vermelho).
report-plot-learning = O modelo ensinado com alguns destes textos, medido com a metade reservada.

## The demo's page

demo-about = Sobre esta demonstração
demo-what = <strong>Uma demonstração do Hamlet.</strong> Deixe um comentário abaixo: ele fica retido até um moderador aprovar. Seja o moderador na <a href="/desk" target="_blank">moderação</a> (abre ao lado desta página) e volte: o que você aprovou está aqui.

## The widget on sites' pages. Its script names a sentence without the beginning, and the first letter after a hyphen large.

widget-edited = editado
widget-comments = Comentários
widget-none = Ainda não há comentários. O seu pode ser o primeiro.
widget-write = Deixar um comentário
widget-name = Nome
widget-email = E-mail
widget-private = O seu endereço de e-mail não será publicado.
widget-website = Site
widget-optional = opcional
widget-text = Comentário
widget-notify = Avisar-me das respostas por e-mail
widget-send = Enviar
widget-sending = Enviando…
widget-working = Verificando que você não é uma máquina…
widget-reply = Responder
widget-reply-to = Responder a { $name }
widget-cancel = Cancelar
widget-held = Obrigado. O seu comentário aguarda revisão.
widget-published = Obrigado. O seu comentário foi publicado.
widget-more = Mais comentários
widget-failed = Não foi possível carregar os comentários.
widget-stranger = O serviço ainda não conhece o endereço desta página: { $name }. Quem gere o site pode acrescentá-lo aos seus endereços na moderação.
widget-again = Tentar de novo
widget-add-origin = Adicionar na moderação
widget-required = Preencha este campo.
widget-bad-email = Isto não é um endereço de e-mail.
widget-bad-website = Isto não é um endereço web.
widget-too-long = É longo demais.
widget-invalid = Alguns dados não estão certos.
widget-too-many = Vieram comentários demais daqui. Tente mais tarde.
widget-not-sent = O seu comentário não foi enviado. O texto fica guardado aqui; tente de novo.
fault-answered = respondeu { $code }
fault-owner-command-line = linha de comando
fault-owner-unknown = dono desconhecido
