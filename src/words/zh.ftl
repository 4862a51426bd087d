### Chinese. Groups and order are those of en.ftl, which also says what the arguments are.

## Why the policy decided as it did

because-not-judged = 模型无法评估，因此等待审核
because-score = 评分 { $score } 达到网站阈值 { $threshold }
because-trusted = 作者在此已有 { $approved } 条评论通过，且评分较低
because-not-this = 作者受信任，但这条评论不受信任
because-person-decides = 低于垃圾阈值的每条评论都由人来决定
because-few-labels = 只有本网站的标记表明是垃圾，而此处通过的评论尚少，不足以单独作为依据：由人来决定
because-few-approved = { $needed ->
    [1] 作者在此还没有评论通过
   *[other] 作者在此通过的评论不足 { $needed } 条
}
because-abuse = 看似辱骂：{ $score } 达到网站阈值 { $threshold }，由人来决定
because-imported = 从其他系统导入

## What the checks found

reason-honeypot = 填写了人看不到的字段
reason-not-opened = 未打开表单就提交
reason-forged = 表单令牌不是在此生成的
reason-too-soon = 表单在打开 { $seconds } 秒后提交
reason-too-late = 表单在打开 { $hours } 小时后提交
reason-reused = { $count } 条评论来自只打开过一次的同一表单
# 10 stands for 10 or more.
reason-repeated = { $times ->
    [1] 相同文本此前发布过一次
    [10] 相同文本此前发布过 10 次或更多
   *[other] 相同文本此前发布过 { $times } 次
}
reason-network = { $minutes } 分钟内有 { $count } 条评论来自该网络
reason-email = { $minutes } 分钟内有 { $count } 条评论来自该邮箱地址
reason-blocked-word = 含屏蔽词：{ $word }
reason-blocked-domain = 含屏蔽域名：{ $domain }
reason-blocked-email = 邮箱地址已屏蔽
reason-blocked-network = 网络已屏蔽
# 30 stands for 30 or more.
reason-copies = { $count ->
    [1] 与最近 { $days } 天内另一条评论近乎相同
    [30] 与最近 { $days } 天内 30 条或更多评论近乎相同
   *[other] 与最近 { $days } 天内 { $count } 条评论近乎相同
}{ $spam ->
    [0] { "" }
   *[other] ，其中 { $spam } 条为垃圾
}
reason-language = Hamlet 还不懂其语言（{ $code }）：由人来决定
reason-links = 含 { $count } 个链接；网站允许 { $allowed } 个

## What the model read; it follows "because the comment" in a list

sign-looks = 书写方式：长度、大写、链接和符号
sign-looks-links = { $words } 个词中有 { $links } 个链接
sign-looks-capitals = { $percent } % 的字母为大写
sign-looks-short = 少于三个词
sign-name = 姓名“{ $quoted }”
sign-email-domain = { $quoted } 的邮箱地址
sign-website = 网站 { $quoted }
sign-passage = 有一段本身就像垃圾内容
sign-link = 链接到 { $quoted }
sign-email = 给出邮箱地址
sign-mention = 提及“{ $quoted }”
sign-hashtag = 带标签“{ $quoted }”
sign-number = 含数字“{ $quoted }”
sign-symbol = 含“{ $quoted }”
sign-spelled = 逐字拆写“{ $quoted }”
sign-word = 说“{ $quoted }”
sign-order = 词语、数字和符号的排列
sign-links = { $words } 个词中{ $links ->
    [0] 没有链接
   *[other] 有 { $links } 个链接
}
sign-length = { $words } 个词
sign-symbols = { $percent } % 为符号
sign-exclamations = { $count } 个感叹号
sign-digits = { $percent } % 为数字
sign-disguised = { $count } 个伪装或隐藏的字符
sign-markup = { $count } 段 HTML

## Mails to moderators

mail-queue-heading = { $place } 有 { $count } 条评论待处理
mail-queue-several-sites = 多个网站
mail-queue-subject = { $heading }：{ $authors }
mail-queue-subject-others = { $heading }：{ $authors } 等
mail-queue-by = <strong><bdi>{ $author }</bdi></strong>，于 <bdi>{ $page }</bdi>
mail-queue-by-linked = <strong><bdi>{ $author }</bdi></strong>，于 <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-queue-by-text = { $author }，于 { $page }（{ $site }），{ $received }
mail-queue-score = 垃圾过滤器：<strong>{ $score }</strong>
mail-queue-score-text = 垃圾过滤器：{ $score }
mail-queue-percent = （垃圾：{ $percent }）
mail-queue-why = 为何可能是垃圾：
mail-queue-approve = 通过
mail-queue-spam = 垃圾
mail-queue-reject = 拒绝
mail-queue-approve-text = 通过：{ $url }
mail-queue-spam-text = 垃圾：{ $url }
mail-queue-reject-text = 拒绝：{ $url }
mail-queue-open = 在审核台打开
mail-queue-open-text = 打开：{ $url }
mail-queue-more = 另有 { $count } 条。
mail-queue-more-linked = <a href="{ $url }">审核台上另有 { $count } 条</a>。
mail-queue-foot = <a href="{ $desk }">审核台</a> · <a href="{ $preferences }">邮件频率</a> · <a href="{ $stop }">停止这些邮件</a>
mail-queue-foot-text =
    审核台：{ $desk }
    邮件频率：{ $preferences }
    停止这些邮件：{ $stop }
mail-queue-links = 每个链接都会打开一个页面，在更改前再次确认。链接仅供您使用，7 天内有效；请勿转发此邮件。

mail-test-subject = 来自 { $service } 的 Hamlet 测试邮件
mail-test-title = 邮件可以送达
mail-test = 有人请求 { $service } 上的 Hamlet 发送测试邮件。这就是：邮件可以送达。
mail-test-look = 如果它进了垃圾邮件文件夹，请参阅 docs/mail.md：SPF、DKIM 和 DMARC 说明邮件的真实来源。

## Mails to commenters

mail-confirm-subject = { $site }：您想收到回复通知吗？
mail-confirm-title = { $site } 上的回复
mail-confirm-question = 您想收到回复通知吗？
mail-confirm-public = 您要求接收 { $site } 上对您评论的回复通知。您在 <bdi>{ $page }</bdi> 的评论现已公开。
mail-confirm-public-text = 您要求接收 { $site } 上对您评论的回复通知。您在此页面的评论现已公开：
mail-confirm-yes = 是的，通知我回复
mail-confirm-yes-text = 如果您想收到回复通知，请在此确认：
mail-confirm-no = 如果这不是您的请求，请忽略：您不会收到任何回复通知。或者让 { $site } <a href="{ $url }">不再询问</a>。
mail-confirm-no-text = 如果这不是您的请求，请忽略：您不会收到任何回复通知。让 { $site } 不再询问：
mail-reply-heading = 您的评论有 { $count } 条回复
mail-reply-title = 对您评论的回复
mail-reply-by = <strong><bdi>{ $author }</bdi></strong> 回复了，于 <bdi>{ $page }</bdi>
mail-reply-by-linked = <strong><bdi>{ $author }</bdi></strong> 回复了，于 <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-reply-by-text = { $author } 回复了您在 { $page } 的评论（{ $site }）。
mail-reply-own = 您写道：
mail-reply-reply = 回复：
mail-reply-more = 另有 { $count } 条。
mail-reply-stop = 您收到此邮件是因为您要求接收 { $site } 上的回复通知。<a href="{ $url }">停止这些邮件</a>。
mail-reply-stop-text = 您收到此邮件是因为您要求接收 { $site } 上的回复通知。停止接收：

## The comment form

form-title = 发表评论
form-title-refused = 您的评论尚未发送
form-work-needs-script = 该网站要求每位发送者完成工作量证明，需要启用 JavaScript。
form-name = 姓名
form-email = 邮箱
form-email-note = 您的邮箱地址不会被公开。
form-website = 网站 <span class="quiet">（选填）</span>
form-text = 评论
form-honeypot = 请留空
form-replies = 有回复时发邮件通知我
form-send = 提交
read-title = 评论
read-none = 暂无评论。
read-count = { $count } 条评论
read-write = 发表评论
read-reply = 回复 { $name }
read-more = 更多评论
read-feed = 这些评论的订阅源
thanks-title = 谢谢
thanks-published = 您的评论已发布。
thanks-back = 返回文章
thanks-awaits = 您的评论正在等待审核。审核员通过后即会显示。

## The pages that links in mails lead to

link-unknown = 此链接无效
link-unknown-text = 链接可能在途中被截断。请从邮件中复制完整链接。
link-expired = 此链接已过期
link-expired-text = 邮件中的链接 7 天内有效。没有任何更改。
link-refused = 此链接已失效
link-refused-text = 评论已不存在，或链接所属账户无权对其作出决定。
link-by = <strong><bdi>{ $author }</bdi></strong>，于 <bdi>{ $page }</bdi>
link-by-linked = <strong><bdi>{ $author }</bdi></strong>，于 <a href="{ $url }" rel="noreferrer"><bdi>{ $page }</bdi></a>
link-score = 垃圾过滤器：{ $score }
link-why = 为何可能是垃圾：
link-undo = 撤销
link-stale-title = 已有决定
link-stale = 自邮件发出后，此评论已有变化
link-stale-now = 当前状态：{ $status }。此链接未作任何更改。
link-last-decided = { $who } 于 { $when } 决定“{ $decision }”。
link-last-undone = { $who } 于 { $when } 撤销了“{ $decision }”。

link-ask-undo = 撤销最后的决定？
link-ask-approve = 通过这条评论？
link-ask-spam = 这条评论是垃圾评论吗？
link-ask-reject = 拒绝这条评论？
link-ask-trash = 将这条评论移至回收站？
link-ask-hold = 将这条评论放回队列？
link-do-undo = 撤销
link-do-approve = 通过
link-do-spam = 标记为垃圾
link-do-reject = 拒绝
link-do-trash = 移至回收站
link-do-hold = 放回队列
link-because = 原因（选填）
link-done-undo = 已撤销。
link-done-approve = 已通过：评论已公开。
link-done-spam = 已标记为垃圾。
link-done-reject = 已拒绝：评论不会发布。
link-done-trash = 已移至回收站。
link-done-hold = 已放回队列。

mail-stop = 停止有关待处理评论的邮件？
mail-stop-text = 您将不再收到任何网站的待处理评论邮件。您也可以在审核台您的姓名下选择邮件频率。
mail-stop-button = 停止这些邮件
mail-stopped = 已停止
mail-stopped-text = 您将不再收到有关待处理评论的邮件。可在审核台您的姓名下重新开启。
replies-ask = 接收 { $site } 上的回复通知？
replies-ask-text = 有人回复您的评论时，您会收到邮件。每封邮件都有停止接收的链接。
replies-yes = 是的，通知我回复
replies-stop = 停止 { $site } 的回复邮件？
replies-stop-text = 您将不再收到该网站的邮件，也不会再被询问。
replies-stop-button = 停止这些邮件
replies-confirmed = 您将收到回复通知
replies-confirmed-text = 有人回复您的评论时，您会收到邮件。
replies-stopped = 已停止
replies-stopped-text = 您将不再收到该网站的回复邮件。

## Signing in and out

sign-in = 登录
sign-in-email = 邮箱
sign-in-password = 密码
sign-in-forgot = 忘记密码？请向管理员索取一次性链接。管理员可在服务器上用 <code>hamlet moderator link</code> 创建。
sign-in-nobody = 还没有人拥有账户。请打开 Hamlet 启动时打印的链接：一天之内可用一次。重新启动后，Hamlet 会打印新的链接。
sign-in-wrong = 邮箱或密码不正确。
sign-in-too-many = 尝试次数过多。请等待一刻钟后重试。
sign-in-link-nobody = 欢迎。您是谁？
sign-in-link-nobody-text = 此链接仅可使用一次。此后请用邮箱和密码登录。
sign-in-link-first = 欢迎，{ $name }
sign-in-link-choose = 请设置密码。
sign-in-link-known = 此链接仅可使用一次；此后请用邮箱 { $email } 和密码登录。
sign-in-link-again = 以 { $name } 的身份登录
sign-in-link-again-text = 此链接仅可使用一次。如果忘记旧密码，请在此设置新密码。
sign-in-link-errors = 有些内容还不正确，请看下方。
sign-in-link-name = 姓名
sign-in-link-name-note = 其他审核员会在您的决定旁看到它。
sign-in-link-email-note = 用于登录和接收待处理评论的通知。加密保存。
sign-in-link-new-password = 新密码 <span class="quiet">留空则保持不变</span>
sign-in-link-password-note = 至少 { $min } 个字符。几个您记得住的词就很好。
sign-in-link-gone = 此链接已失效
sign-in-link-gone-text = 登录链接仅可使用一次，24 小时内有效，新链接会取代旧链接。
sign-in-link-gone-else = <a href="/sign-in">用密码登录</a>，或向管理员索取新链接。
sign-out = 退出
sign-out-ask = 退出登录？
sign-out-back = 返回审核台
sign-out-done = 您已退出登录
refused-title = 操作未成功
refused-back = 前往审核台

## The desk: what every page has around it

desk = 审核台
desk-mail-to-files = 邮件只写入 <code>{ $folder }</code> 中的文件：没有人会收到。
desk-mail-try = 设置并测试
desk-unknown-proxy = 请求经由服务不认识的代理到达，因此所有发送者都被当作同一个：频率按代理计算，屏蔽一个网络会屏蔽所有人。请将 <code>server.trusted_proxies</code> 设为代理的地址。
desk-skip = 跳到评论
desk-main = 主菜单
desk-queue = 队列
desk-go = 前往
desk-blocks = 已屏蔽
desk-batches = 批量处理
desk-model = 模型
desk-settings = 设置
desk-privacy = 隐私
desk-activity = 活动
desk-statistics = 统计
desk-keys = 快捷键
desk-undo = 撤销
key-next = 下一条、上一条评论
key-approve = 通过
key-spam = 垃圾评论
key-reject = 拒绝：真实但不想要，不用于学习
key-why = 拒绝并说明原因：“辱骂”会教模型何为本站的辱骂
key-trash = 回收站
key-hold = 放回队列
key-undo = 在任何页面撤销您最后的决定
key-select = 选择；<kbd>Shift</kbd> <kbd>x</kbd> 选择所有显示的
key-shift = <kbd>Shift</kbd> + 按键
key-selected = 对所有选中的评论作决定
key-open = 打开评论
key-thread = 显示评论所在的讨论
key-search = 搜索
key-block = 屏蔽作者、域名、网络或短语
key-answer = 回复评论
key-palette = 前往任何位置，执行任何操作
key-help = 本帮助
keys-on = 使用这些快捷键
keys-close = 关闭

## The desk: the queue

queue-only-comments-by-one-author = 仅显示一位作者的评论。
queue-change-the-filter-above = 请更改上方的筛选条件。
queue-new-comments-appear-here-as = 需要人工查看的评论会出现在这里。几乎确定是垃圾的在“垃圾”中，也可以从那里取回。
queue-meanwhile = 用 <kbd>j</kbd> 和 <kbd>k</kbd> 浏览列表，<kbd>a</kbd> 通过，<kbd>s</kbd> 标记为垃圾，<kbd>z</kbd> 撤销上一步。
queue-no-comment-has-this-status = 没有此状态的评论。
queue-comments = 评论
queue-nothing-to-show = 没有可显示的内容
queue-nothing-matches = 没有匹配项
queue-nothing-waits-for-you = 没有等待处理的评论
queue-nothing-here = 这里没有内容
queue-more-filters = 更多筛选
queue-every-site = 所有网站
queue-any = 不限
queue-with-a-link = 含链接
queue-without = 不含
queue-apply = 应用
queue-approve = 通过
queue-spam = 垃圾
queue-reject = 拒绝
queue-trash = 回收站
queue-why = 拒绝的原因：
queue-why-unsaid = 无原因
queue-back-to-the-queue = 放回队列
queue-search = 搜索
queue-site = 网站
queue-score = 评分
queue-order = 排序
queue-page = 页面
queue-reason = 原因
queue-links = 链接
queue-from = 从
queue-to = 到
queue-selected-comments = 选中的评论：
queue-clear = 清除
queue-read-on = 继续阅读
queue-first-page = 首页
queue-next-page = 下一页
queue-page-size = 每页评论数
queue-comments-by-status = 按状态查看评论
queue-text-name-or-website = 词语、姓名、网站或邮箱
queue-path-or-address = /路径或地址
queue-pages = 页码

queue-decide = 决定
queue-roomy = 宽松显示
queue-answers = 回复
queue-a-reply = 一条回复
# Below a comment in a list that others are folded into: they are decided about with it.
queue-copies = 另有 { $number } 条近似评论，在{ $sites ->
    [1] { "" }
   *[other] { " " }{ $sites } 个网站的
} { $pages } 个页面上
queue-show-copies = 显示
queue-only-copies = 仅显示与某条评论近似的评论。
queue-only-decided = 此排序只列出有人处理过的评论。
imports-title = 导入与移动的页面
imports-imports = 已完成的导入
imports-how = 更大的文件，以及直接从网站获取的评论，在运行 Hamlet 的机器上导入：
imports-none = 尚未导入任何内容。
imports-new = { $number } 条新评论
imports-not-ended = 未完成或正在进行。重新导入会继续。
imports-taken-back = { $count ->
    [0] 已全部撤销
   *[other] 已撤销，但有人作过决定的 { $number } 条除外
}
imports-unchanged = { $number } 条原已存在
imports-ham = { $number } 条标为真实
imports-spam = { $number } 条标为垃圾
imports-unlabelled = { $number } 条无标注
imports-orphans = { $number } 条回复的评论不在此处
imports-withheld = { $number } 条未公开：{ $why }
imports-skipped = { $number } 条略过：{ $why }
imports-doubts = { $number } 条部分无法理解：{ $why }
imports-not-understood = 未能理解的内容与须知
imports-take-back = 撤销
imports-what-goes = 删除其评论以及从中学到的内容，此后有人作过决定的除外
imports-take-it-back = 撤销此次导入
imports-say-that-you-are-sure = 请确认您已确定。
imports-removed = { $number } 条评论已重新移除。
imports-kept = 保留 { $number } 条：此后有人作过决定。
imports-move-a-page = 移动页面的评论
imports-move-hint = 当文章换了地址，或一个讨论被分成两处时：评论会并入那里已有的评论。
imports-from-page = 从此页面
imports-to-page = 到此页面
imports-move = 移动
imports-moved = { $count ->
    [0] 该页面上没有评论。
   *[other] 已移动 { $number } 条评论。
}
imports-no-such-site = 没有这个网站。
imports-from-a-file = 导入文件
imports-file-hint = 另一个系统的评论，以及那里对它们所作的决定。先显示将会导入什么。那里未公开的会在这里等待。
imports-what-it-is = 文件类型
imports-find-out = 自动识别
imports-at-most = 最多 { $number } MiB，可用 gzip 压缩。更大的：
imports-same-file = 没有保留任何内容：请再次选择同一文件，即会导入。
imports-try-it = 查看将会导入什么
imports-do-it = 导入
imports-would-come = { $count ->
    [0] 不会导入任何评论。
   *[other] 将导入 { $number } 条评论；已在这里的保持不变。
}
imports-too-large = 这里最多接受 { $number } MiB。请在运行 Hamlet 的机器上导入。
imports-choose-a-file = 请先选择文件。
imports-no-such-format = 没有这种格式。
comment-copies = 近似评论
comment-copies-say = 连同 { $number } 条近似评论，出现在{ $sites ->
    [1] { "" }
   *[other] { " " }{ $sites } 个网站的
} { $pages } 个页面上
comment-copies-elsewhere = 另有 { $number } 条在您不管理的网站上。
comment-copies-too = { $verb }：同时处理 { $number } 条待处理的近似评论
queue-site-name = 网站名称
queue-sites-like-that = 名称相近的网站：
status-pending = 待处理
status-approved = 已通过
status-spam = 垃圾
status-rejected = 已拒绝
status-trash = 回收站
status-all = 全部
order-newest = 最新优先
order-oldest = 最早优先
order-uncertain = 最不确定优先
order-spammiest = 最像垃圾优先
order-abusive = 最具攻击性优先
order-decided = 最近处理的优先
abuse-abuse = 辱骂
abuse-seems = 看似辱骂，{ $percent } %
abuse-seems-kind = 看似辱骂，{ $percent } %：{ $kind }
abuse-seems-not = 不像辱骂，{ $percent } %
abuse-no-language = 未判断是否辱骂：模型不懂该语言
abuse-likely = 可能是辱骂
abuse-sure = 几乎肯定是辱骂
abuse-severe = 极具仇恨
abuse-insult = 侮辱
abuse-threat = 威胁
abuse-identity-attack = 针对人的身份
abuse-obscene = 下流
abuse-sexual = 性骚扰
check-honeypot = 填写了隐藏字段
check-timing = 提交过快或过晚
check-duplicate = 重复文本
check-rate = 同一来源过多
check-blocklist = 屏蔽的词或地址
check-links = 链接过多
check-language = Hamlet 不懂的语言
check-copies = 别处有近似评论
queue-language = 语言
comment-language = 语言：{ $code }
score-none = 未评估
score-spam = 可能是垃圾
score-uncertain = 不确定
score-genuine = 可能是真实评论
score-sure-spam = 几乎确定是垃圾
score-sure-genuine = 几乎确定是真实评论
score-likely = 的垃圾概率
why-reviewed = 该网站审核每条评论
age-now = 刚刚
age-minutes = { $number } 分钟前
age-hours = { $number } 小时前
age-days = { $number } 天前

## The desk: first steps

start-title = 第一步
start-done = 已完成
start-site = 添加您的网站及其页面地址
start-page = 把两行代码放到页面上，并打开该页面一次
start-comment = 收到第一条评论
start-mail = 设置邮件并发送测试
start-people = 邀请一位同事

## The desk: block rules

blocks-title = 已屏蔽
blocks-what-they-are = 命中其中任一规则的评论会被保留待审或视为垃圾，与评分无关。不会丢弃任何内容。
blocks-none = 没有屏蔽任何内容
blocks-how-to = 打开一条评论并选择“屏蔽”（按键 <kbd>b</kbd>），可屏蔽其作者、某个域名、其网络或某个短语。
blocks-added = 规则已生效。
blocks-what = 内容
blocks-where = 范围
blocks-does = 处理方式
blocks-until = 有效期至
blocks-by = 创建者
blocks-hidden = （仅保存其摘要）
blocks-remove = 移除
blocks-hits = 近期命中
blocks-hits-of = 最近 { $all } 条中的 { $hits } 条，{ $approved } 条已通过
blocks-hit-last = 最近一次 { $when }
blocks-hits-none = 最近 { $all } 条中没有
blocks-import = 添加列表
blocks-import-what = WordPress 的禁用词、域名或地址列表（每行一个），或在此保存的文件。每行的类型会自动识别。
blocks-import-list = 列表，每行一个
blocks-import-try = 先试运行
blocks-import-do = 添加此列表
blocks-import-site = 用于哪个网站
blocks-import-tried = 将添加 { $new } 条规则，{ $known } 条已存在。合计会命中最近 { $all } 条评论中的 { $hits } 条，其中 { $approved } 条已通过。
blocks-imported = 已添加 { $new } 条规则，{ $known } 条原已存在。
blocks-import-refused = 未采用：
blocks-import-line = 第 { $line } 行：{ $text }
blocks-export = 将规则保存为文件
blocks-remove-named = 移除规则 { $what }
block-title = 屏蔽
block-what = 屏蔽内容
block-word = 词语或短语
block-phrase = 词语或短语
block-email = 邮箱地址
block-network = 网络
block-domain = 域名
block-trial = 会命中最近 { $all } 条评论中的 { $hits } 条，其中 { $approved } 条已通过。
block-then = 对此类评论的处理
block-holds = 由人来查看
block-spam = 视为垃圾
block-how-long = 期限
block-a-week = 一周
block-a-month = 一个月
block-a-year = 一年
block-for-good = 永久
block-note = 原因 <span class="quiet">选填</span>
block-everywhere = 所有网站
block-force = 尽管命中很多，仍然添加
block-do = 屏蔽
block-try = 仅试运行

## The desk: what the last form did

flash-unchanged = 没有任何更改。
flash-noted = 备注已写入历史。
flash-answered = 您的回复已发布。
flash-edited = 文本已修改，旧文本在历史中。
flash-unedited = 文本已恢复到修改之前。
flash-erased = 已永久删除。
flash-nothing-to-undo = 最近一天没有可撤销的决定。
flash-broken-undo = 服务在处理另外 { $number } 条评论之前出现故障。
flash-broken = 随后服务出现故障：其余保持原样。请重试。
flash-left-own = { $number } 条未动：您之前已自行更改过。
flash-left = { $number } 条未动：其间已有变化。请再看一下。
flash-left-by = { $number } 条未动：{ $who } 已在其间更改。请再看一下。
flash-undo-rest = 撤销其余的
flash-undo-all = { $count ->
    [1] 撤销
   *[other] 全部撤销（{ $number } 条）
}

## The desk: lists with a name

views-title = 已保存的列表
views-what-they-are = 您命名的筛选和排序。每个列表都有自己的地址，可加为书签。
views-none = 暂无
views-how-to = 用筛选条件缩小队列，然后以名称保存该列表。
views-remove = 移除
views-remove-named = 移除列表 { $name }
views-change = 更改
views-keep = 保存此列表
views-name = 名称
views-keep-it = 保存
views-too-long = 这些筛选条件过长，无法保存。
views-too-many = 已有 { $number } 个列表。请先移除一个。

## What the desk's scripts say. "count" chooses the form of a sentence, "number" is the number as it is written.

number-separator = ,
language-name = 中文
language-direction = ltr
js-decided-approve = 已通过 { $number } 条评论。
js-decided-spam = 已将 { $number } 条评论标记为垃圾。
js-decided-reject = 已拒绝 { $number } 条评论。
js-decided-trash = 已将 { $number } 条评论移至回收站。
js-decided-hold = 已将 { $number } 条评论放回队列。
js-taken-back = 已撤销 { $number } 条评论。
js-did-approve = 已通过
js-did-spam = 标记为垃圾
js-did-reject = 已拒绝
js-did-trash = 移至回收站
js-did-hold = 放回队列
js-verb-approve = 通过
js-verb-spam = 标记为垃圾
js-verb-reject = 拒绝
js-verb-trash = 移至回收站
js-verb-hold = 放回队列
js-why-abuse = 辱骂
js-why-off_topic = 偏离主题
js-why-low_quality = 没有价值
js-why-private_information = 私人信息
js-why-impersonation = 冒充他人
js-why-illegal = 违法
js-reject-because = 拒绝：{ $reason }
js-reject-why = 拒绝并说明原因
js-now-pending = 待处理
js-now-approved = 已通过
js-now-spam = 垃圾
js-now-rejected = 已拒绝
js-now-trash = 在回收站
js-line-approve = 已通过：{ $who }
js-line-spam = 标记为垃圾：{ $who }
js-line-reject = 已拒绝：{ $who }
js-line-trash = 已移至回收站：{ $who }
js-line-hold = 已放回队列：{ $who }
js-undo = 撤销
js-undo-line = 撤销：{ $what }
js-close = 关闭
js-leave-them = 取消
js-sure = { $verb }：{ $number } 条评论？
js-sure-yes = { $verb }：{ $number }
js-show = 显示
js-selected = 已选 { $number } 条
js-select-all = 全选当前显示的
js-all-done = 全部处理完毕
js-what-else = 看看还有什么
js-signed-out = 您已退出登录。
js-sign-in = 登录
js-no-answer = 服务没有响应，请重试。
js-not-decided-approve = 未通过。
js-not-decided-spam = 未标记为垃圾。
js-not-decided-reject = 未拒绝。
js-not-decided-trash = 未移至回收站。
js-not-decided-hold = 未放回队列。
js-comment-by = { $who } 的评论
js-comments = { $number } 条评论
js-failed = 未完成：{ $what }：{ $why }
js-just-back = 刚刚返回。请再看一下。
js-gone = 已不存在：{ $what }。
js-faster = { $who } 更快一步：{ $what }，现在{ $status }。请再看一下。
js-faster-many = { $who } 已先更改：{ $what }。请再看一下。
js-you-before = 您之前已更改：{ $what }。请再看一下。
js-changed = 其间已更改：{ $what }。请再看一下。
js-before-you = { $who } 已先决定：{ $did }，{ $when }。
js-you-decided = 您已决定：{ $did }，{ $when }。
js-edited-before-you = { $who } 修改了文本，{ $when }。请重新阅读。
js-undone-before-you = { $who } 撤销了决定：现在{ $status }，{ $when }。
js-changed-now = 其间已更改：现在{ $status }。
js-decided-by = { $who }：{ $did }，{ $when }
js-changed-since = { $who } 之后又作了更改：现在{ $status }。
js-changed-since-you = 您之后又作了更改：现在{ $status }。
js-not-taken-back = 未撤销。
js-some-not-taken-back = { $what }未撤销：{ $why }
js-rest-changed = 其余的之后已被他人更改。
js-you = 您
js-seconds-ago = { $number } 秒前
js-minutes-ago = { $number } 分钟前
js-at = { $when }
js-select-first = 请先选择评论：按 j。
js-select-some = 请先选择评论。
js-not-loaded = 无法加载后面的评论：{ $number } 次按键未生效。
js-new = { $number } 条新评论：显示
js-more = 更多
js-open = 打开
js-undo-last = 撤销最后的决定
js-keys = 快捷键
js-what-to-do = 去哪里，或做什么？
js-nothing-like-that = 没有这样的名称
js-saved-list = 列表
js-looking = { $who } 正在查看

## The desk: a comment by itself

text-invisible = { $code }：不可见字符
comment-comment = 评论
comment-plus-speaks-for-spam-minus = 正值倾向垃圾，负值相反。
comment-history = 历史
comment-judgement = 评估
comment-author = 作者
comment-decided-before = 以往的决定
comment-checks-that-fired = 触发的检查
comment-what-counted-in-the-text = 文本中起作用的部分
comment-also-by-this-author = 该作者的其他评论
comment-from-the-same-network = 来自同一网络
comment-with-the-same-web-site = 含相同网站
comment-note-for-the-history-with = 备注 <span class="quiet">写入历史，可随决定或单独添加</span>
comment-email = 邮箱
comment-website = 网站
comment-comments = 评论
comment-add-note = 添加备注
comment-next = 下一条
comment-block = 屏蔽
comment-answer = 回复
comment-answer-as = 您的回复，以 { $name } 的名义发布
comment-answer-approves = 同时通过所回复的评论
comment-answer-send = 发布回复
comment-thread = 讨论
answer-needs-address = 您的账户需要邮箱地址才能回复。
verdict-publish = 直接发布
verdict-hold = 等待人工审核
verdict-spam = 作为垃圾搁置
decision-approve = 通过
decision-spam = 垃圾
decision-reject = 拒绝
decision-trash = 回收站
decision-hold = 待处理
history-arrived = 到达：{ $to }
history-decided = 决定“{ $decision }”：现在{ $to }
history-undone = 撤销“{ $decision }”：恢复为{ $to }
history-revealed = 查看了完整地址
history-edited = 修改了文本
history-edit-undone = 撤销了文本修改
history-before = 之前的文本
history-noted = 添加了备注
door-token = API
door-mail = 通过邮件
door-client = 由程序报告
door-command = 命令行
door-other = 其他
comment-show-it-whole = 显示地址
comment-taken-back = （已撤销）
comment-that-you-looked-goes-into = 历史随后会记录您的查看。
comment-all-of-theirs-that-wait = 其所有待处理评论

## The desk: before many are decided

confirm-these-are-all-that-match = 这些是您来自的列表在所有页面上的全部匹配项。30 天内可一次性撤销，在此处或在<a href="/desk/batches">批量处理</a>中。
confirm-leave-them = 取消
confirm-question = { $verb }：{ $number } 条评论？
confirm-all = { $verb }：全部 { $number } 条

## The desk: what was decided together

batches-decided-together = 批量处理
batches-what-was-decided-about-several = 最近 30 天内对多条评论一次作出的决定。撤销时不会影响此后有人作过决定的评论。
batches-select-several-comments-or-all = 选择多条评论或全部匹配项并作出决定：会显示在这里。
batches-nothing-was = 暂无
batches-taken-back = 已撤销
batches-taking-back = 正在撤销

## The desk: what operators did

statistics-none = 自昨天以来没有评论。
statistics-lately = 自昨天以来有 { $number } 条评论：{ $aside } 条作为垃圾搁置，{ $published } 条已发布，{ $held } 条等待决定。
statistics-at-least = 自昨天以来至少有 { $number } 条评论，其余仍在统计中。
statistics-waiting = { $count ->
    [0] 现在没有待处理的评论。
   *[other] 现在有 { $number } 条评论待处理。
}
statistics-over = { $number } 天内：收到 { $came } 条，其中 { $aside } 条自动作为垃圾搁置；人工撤回 { $back } 条，并将漏过的 { $missed } 条标记为垃圾。
statistics-until = 统计至 { $at }（UTC）。日期按 UTC；不含导入的评论。
statistics-days = { $number } 天
statistics-period = 时间段
statistics-every-site = 所有网站
statistics-csv = 将这些合计保存为 CSV 文件
statistics-by-day = 按天的评论
statistics-by-day-chart = 按天收到的评论，作为垃圾搁置的在其余之上
statistics-decisions = 按天的决定
statistics-decisions-chart = 按天的决定，不含已撤销的
statistics-wait = 到首次决定的时间
statistics-wait-chart = 被保留的评论，按到首次决定的小时数，最多一天
statistics-wait-none = 尚未对任何被保留的评论作出决定。
statistics-wait-half = 其中一半等待不到 { $time }。
statistics-wait-half-more = 超过一半等待了一天以上。
statistics-within = 时限
statistics-share = 比例
statistics-minutes = { $number } 分钟
statistics-hours = { $number } 小时
statistics-longer = 更久
statistics-hours-axis = 到决定的小时数
statistics-key-came = <span class="spam">作为垃圾搁置</span> <span class="ham">其余</span>
statistics-bar-day = { $day }：收到 { $came }，作为垃圾搁置 { $aside }
statistics-bar-decided = { $day }：{ $decided } 条已决定
statistics-bar-wait = { $from } 至 { $to } 小时后：{ $comments }
statistics-day = 日期
statistics-came = 收到
statistics-aside = 搁置
statistics-held = 保留
statistics-published = 发布
statistics-decided = 已决定
statistics-back = 已撤销
statistics-missed = 漏过
statistics-by-site = 按网站
statistics-by-page = 按页面
statistics-by-page-text = 评论最多的二十个页面。
statistics-by-language = 按语言
statistics-by-because = 原因
statistics-by-because-text = Hamlet 发布、保留或搁置的依据。
statistics-by-reason = 人工给出的原因
statistics-site = 网站
statistics-page = 页面
statistics-language = 语言
statistics-reason = 原因
statistics-people = 谁作了决定
statistics-people-you = 您的决定
statistics-people-text = 按姓名排序。“已更改”指同事之后另作决定或撤销的；每人只看到自己的一行，管理员看到全部。
statistics-person = 人员
statistics-changed = 已更改
statistics-stood = 保持不变
statistics-nothing = 暂无内容。
statistics-nothing-text = 收到评论并作出决定后，几分钟后其结果会汇总在这里。
statistics-unknown = 未知
statistics-because-score = 按评分可能是垃圾
statistics-because-trusted = 受信任的作者
statistics-because-trusted_not_this = 受信任的作者，但这条评论除外
statistics-because-labels_too_few = 标注太少，不足为据
statistics-because-all_reviewed = 网站审核所有评论
statistics-because-few_approved = 作者通过的评论太少
statistics-because-abuse = 可能是辱骂
statistics-because-not_judged = 模型无法评估
activity-activity = 活动
activity-on-sites = 在 { $count } 个网站上
activity-nothing-yet = 暂无内容。
activity-what-operators-did = 管理员的操作
activity-when = 时间
activity-who = 人员
activity-what = 操作
activity-to-what = 对象
activity-more = 更多
activity-older = 更早的
activity-acts = 操作
activity-decisions = 决定
activity-decisions-text = 谁作了什么决定，最新的在前。此后无人再作决定的可在此撤销。
activity-nothing-decided = 尚无决定。
activity-earlier = 更早
activity-decided = { $did }：{ $author } 的评论
activity-undo = 撤销：{ $what }
act-address-reveal = 查看了完整地址
act-comments-export = 导出了评论
act-comments-import = 导入了评论
act-comments-import-undo = 撤销了导入
act-key-add = 创建了程序密钥
act-key-revoke = 吊销了程序密钥
act-mail-retry = 重试了一封邮件
act-model-activate = 启用了模型
act-model-roll-back = 恢复了上一个模型
act-model-train = 启动了训练
act-person-add = 添加了审核员
act-person-change = 更改了账户
act-person-link = 创建了登录链接
act-person-password = 设置了密码
act-person-remove = 移除了审核员
act-rule-add = 添加了屏蔽规则
act-rule-import = 添加了屏蔽规则列表
act-rule-remove = 移除了屏蔽规则
act-samples-add = 添加了已标注的文本
act-sealing-key-retire = 停用了旧的加密密钥
act-sealing-key-rotate = 轮换了加密密钥
act-session-end-all = 在所有地方退出了登录
act-site-add = 添加了网站
act-site-change = 更改了网站
act-site-abuse-trial = 查看了按辱骂保留的效果
act-site-remove = 移除了网站
act-subject-erase = 删除了某人的数据
act-subject-export = 查看了某人的数据
act-token-add = 创建了令牌
act-token-revoke = 吊销了令牌
act-webhook-add = 添加了 webhook
act-webhook-remove = 移除了 webhook

## The desk: your account

me-your-account = 您的账户
me-saved = 已保存。
me-nothing-was-saved-some-of = 未保存：有些内容不正确。
me-ends-every-session-of-yours = 结束您的所有会话（包括当前会话）以及未使用的登录链接。您创建的令牌继续有效。
me-mail-to-files = 尚未设置邮件服务器，因此您收不到邮件。
me-mail-about-comments-that-wait = 关于待处理评论的邮件
me-address-and-password = 邮箱和密码
me-sessions = 会话
me-as-above = 同上
me-another-site = 其他网站
me-another-hint = 其在地址中的名称：之后会在上方有单独一行。
me-save = 保存
me-language = 语言
me-language-of-browser = 跟随浏览器
me-sign-out-everywhere = 在所有地方退出登录
me-name = 姓名
me-other-moderators-see-it-beside = 其他审核员会在您的决定旁看到它。
me-new-address = 新邮箱
me-leave-it-empty-to-keep = 留空则保持不变。
me-new-password = 新密码
me-at-least-10-characters-it = 至少 10 个字符。您在其他地方会被退出登录。
me-present-password = 当前密码
me-needed-to-change-the-address = 更改邮箱或密码时需要。

## The desk: a site

site-settings = <a href="/desk/settings">设置</a>
site-saved = 已保存。
site-nothing-was-saved-some-of = 未保存：有些内容不正确。
site-otherwise-it-is-judged-and = 否则评估后即不再保留。<a href="/desk/settings#keys">其密钥</a>在设置中。
site-on-your-pages = 在您的页面上
site-snippet-hint = 将这两行放在要显示评论的位置，然后打开一次该页面。
site-what-scores-do = 评分的作用
site-what-counts-as-evidence = 哪些算作证据
site-programs-that-ask-about-comments = 已连接的程序
site-name = 名称
site-origins-of-its-pages-one = 其页面的地址，每行一个
site-origins-hint = 只有那里的页面可以在浏览器中显示和提交其评论。
site-origin-proposed = <bdi>{ $origin }</bdi> 已填入下方，尚未保存。如果是您的，请保存。
site-save = 保存
site-remove = 移除此站点
site-remove-text = 它的评论、模型、规则、密钥和设置会一并移除：立即生效，对所有人，且无法恢复。
site-remove-type = 输入 { $name } 以确认
site-remove-mismatch = 这不是要移除的站点的名称。该站点仍然存在。
site-a-comment-without-a-form = 没有表单令牌的评论倾向垃圾
site-what-they-ask-about-is = 保留其查询的内容，以便在此审核
site-careful = 谨慎
site-balanced = 均衡
site-strict = 严格
site-spam-proposed = { $percent } % 已填入下方，尚未保存。
site-spam-from = 垃圾阈值
site-a-score-from-0-to = 达到或超过此评分时，评论作为垃圾搁置：1 到 100。
site-authors-are-trusted-after = 信任作者的条件
site-so-many-comments-of-theirs = 有这么多条评论经人工通过，且都来自同一浏览器和同一邮箱。此后只要没有不利因素且没有新链接，就会直接发布。留空：不信任任何人，每条评论都由人查看。
site-published-at-once-below = 直接发布的上限
site-a-trusted-author-s-comment = 受信任作者的评论若评分更低，则无需审核：须低于上面的值。
site-links = 链接
site-more-in-one-comment-speak = 一条评论中超过此数表明是垃圾。
site-seconds = 秒数
site-a-form-sent-sooner-after = 打开后早于此提交的表单倾向垃圾。
site-hours = 小时数
site-a-form-sent-later-after = 打开后晚于此提交的表单也是。
site-keeping = 保留多久
site-spam-days = 垃圾保留天数
site-so-many-days-after = 被视为垃圾这么多天后永久删除；模型学到的内容会保留。留空：从不删除。
site-trash-days = 回收站保留天数
site-likewise-the-trash = 回收站中的内容同理。
site-pages = 页面地址
site-trailing-slash = 末尾的斜杠
site-slash-kept = 区分：/post 和 /post/ 是两个页面
site-slash-added = 总是有：/post 即 /post/
site-slash-removed = 总是没有：/post/ 即 /post
site-drop-index = /post/index.html 即 /post/
site-parameters = 区分页面的参数
site-parameters-hint = 例如 p，用空格分隔；仅一个短横：无。留空：除说明读者来源的参数（utm_source、fbclid 等）外的全部参数。更改后，评论会移到其页面现在的位置。
site-proof-of-work = 工作量证明
site-zero-bits-1-to-24 = 发送者的浏览器在提交前要完成的工作：1 到 24 位，16 需要片刻。留空：不需要。
site-abuse = 评论的辱骂程度
site-abuse-off = 不计算
site-abuse-show = 显示给审核员
site-abuse-hold = 显示，并保留看似辱骂的评论供其审核
site-abuse-hint = 在保留任何内容之前，请先查看其效果。
site-abuse-from = 保留阈值
site-abuse-from-hint = 50 到 100。绝不会因此发布、搁置或丢弃任何内容。

## The desk: settings

settings-settings = 设置
settings-none-a-program-that-moderates = 无。负责审核或导入的程序用令牌登录。
settings-send-me-a-test-mail = 给我发送测试邮件
settings-mail-how = 当 <code>mail.url</code>（或 <code>HAMLET_MAIL__URL</code>）指定了邮件服务器，例如 <code>smtp://user:password@mail.example.org</code>，并重新启动 Hamlet 后，邮件就会送达。<code>docs/mail.md</code> 中有常用服务商的配置方法。
settings-none-everything-was-delivered-or = 无：全部已送达，或仍在尝试。
settings-sites = 网站
settings-moderators = 审核员
settings-tokens-for-programs = 程序令牌
settings-mail-that-was-given-up = 未送达的邮件
settings-name-in-addresses = 地址中的名称
settings-slug-hint = 小写字母、数字和连字符，例如 my-blog。它会出现在您放入页面的那两行中。
settings-name-for-people = 显示名称
settings-origins-of-its-pages = 其页面的地址
settings-origins-hint = 地址的开头部分，例如 https://example.org，不含路径。多个地址之间用空格分开。
settings-name = 姓名
settings-email = 邮箱
settings-role = 角色
settings-every-site = 所有网站，包括以后添加的
settings-only-these = 仅这些
settings-find-a-site = 共有 { $number } 个网站。按名称搜索：
settings-find = 搜索
settings-nothing-done = 未执行：有些内容不正确。
settings-what-it-is-for = 用途
settings-add-a-site = 添加网站
settings-add-a-moderator = 添加审核员
settings-make-a-token = 创建令牌
settings-moderator-decides-about-comments = 审核员：对评论作决定
settings-operator-runs-the-place-too = 管理员：同时管理服务
settings-moderator = 审核员
settings-operator = 管理员
settings-site = 网站
settings-its-pages = 其页面
settings-what-to-do = <span class="away">操作</span>
settings-owner = 所有者
settings-last-used = 上次使用
settings-mail = 邮件
settings-to = 收件人
settings-from = 时间
settings-why = 原因
settings-add-the-site = 添加网站
settings-sign-in-link = 登录链接
settings-remove = 移除
settings-add-the-moderator = 添加审核员
settings-revoke = 吊销
settings-make-the-token = 创建令牌
settings-try-again = 重试
settings-none-named-no-browser-of = 暂无：任何页面都不能在此提交
settings-you = 您
settings-link-for = 为 { $name } 创建登录链接
settings-remove-named = 移除 { $name }
settings-revoke-named = 吊销 { $name }
settings-try-again-named = 重试：{ $kind }，发往 { $to }
settings-tokens-end = 令牌随创建者的账户失效，权限不会超过创建者。
settings-ownerless = 有 { $number } 个有效令牌不知由谁创建：请更换后吊销。
settings-never = 从未
settings-gone = 已不存在
settings-all-sites = 所有网站
settings-sent-link = 请把此链接发给 { $name }：一天内可登录一次，不会再次显示。
settings-person-removed = 已移除。姓名仍保留在历史中。
settings-token-made = 以“Authorization: Bearer …”发送。不会再次显示。
settings-token-revoked = 令牌已吊销。
settings-site-added = 已添加。
settings-site-removed = 站点已移除。
settings-choose-sites = 请至少选择一个，或所有网站。
settings-mail-address = 您的账户没有可读取的邮箱：请在您的姓名下填写。
settings-mail-not-sent = 未发送：{ $why }。
settings-mail-in-folder = 它现在只是文件夹中的一个文件，没有人会收到：请按 docs/mail.md 将 mail.url 设为邮件服务器。
settings-mail-taken = 邮件服务器已接收，收件人 { $to }。请查看是否送达以及在哪个文件夹。
settings-mail-retried = 立即重试，时长与新邮件相同。
settings-letter-queue = 待处理评论
settings-letter-confirm = 回复通知的询问
settings-letter-reply = 回复
me-mail-each = 随到随发
me-mail-hourly = 每小时一次
me-mail-daily = 每天一次
me-mail-never = 从不
settings-revoked = 已吊销
settings-blog = blog
settings-https-example-org = https://example.org
settings-tokens = 令牌

## The desk: settings: programs

programs-none-wordpress-and-others-that = 无。WordPress 等使用 Akismet 协议的程序可改用网站密钥在此查询。
programs-a-key-judges-and-reports = 密钥只能为其网站评估和报告，别无他用。网站是否保留被查询的内容，由网站设置决定。
programs-none-a-program-of-yours = 无。您的程序可以收到网站动态的通知。
programs-in-the-public-internet-or = 位于公共互联网，或配置允许的网络。
programs-programs-that-ask-about-comments = 已连接的程序
programs-webhooks = Webhook
programs-program = 程序
programs-site = 网站
programs-address = 地址
programs-make-a-key = 创建密钥
programs-add-a-webhook = 添加 webhook
programs-its-comments-are = 其评论
programs-last-used = 上次使用
programs-what-to-do = <span class="away">操作</span>
programs-told-of = 通知事项
programs-last-took = 上次接收
programs-not-taken = 未接收
programs-revoke = 吊销
programs-make-the-key = 创建密钥
programs-remove = 移除
programs-add-the-webhook = 添加 webhook
programs-told-when = 通知时机
programs-revoked = 已吊销
programs-nothing = 无
programs-keys = 密钥
programs-wordpress = WordPress
programs-revoke-named = 吊销 { $name } 的密钥
programs-remove-named = 移除 webhook { $url }
programs-backlog = { $queued } 个等待，{ $dead } 个已放弃
programs-callbacks = { $site } 的回调：{ $queued } 个等待{ $dead ->
    [0] { "" }
   *[other] ，{ $dead } 个已放弃
}（{ $why }）。
programs-not-tried = 尚未尝试
programs-key-made = 请连同本服务的地址填入程序。不会再次显示。
programs-key-revoked = 密钥已吊销。
programs-judged-only = 仅评估
programs-kept = 保留待审
programs-webhook-made = 投递按 Standard Webhooks 用此密钥签名。此处不会再次显示。
programs-webhook-removed = 已移除，连同尚未通知的内容。
programs-nothing-yet = 暂无
event-comment-received = 收到评论
event-comment-decided = 对评论作出决定
event-comment-edited = 评论文本被修改
event-model-activated = 改用其他模型评估
programs-https-example-org-hook = https://example.org/hook

## The desk: privacy

privacy-privacy = 隐私
privacy-make-sure-that-it-is = 请确认是本人提出请求。地址只在表单中发送，不会留在任何日志或浏览器历史中。
privacy-they-have-an-account-as = 此人有审核员账户，该账户会保留：见<a href="/desk/settings">设置</a>。
privacy-nothing-yet-what-is-erased = 暂无。删除的内容会记录在此：谁做的、有多少，但不记录属于谁。
privacy-what-is-held-about-a = 所保存的个人数据
privacy-held = 已保存
privacy-nothing-held = 没有保存与此地址相关的内容。
privacy-only-account = 除审核员账户（见<a href="/desk/settings">设置</a>）外，没有保存与此地址相关的内容。
privacy-comments-on = { $site } 的评论，<span class="status { $class }">{ $status }</span>
privacy-be-sure = 请确认您已确定：删除无法撤销。
privacy-erased = 已删除：{ $what }。
privacy-account-stays = 其审核员账户仍在：请在设置中移除。
privacy-amount-comments = { $number } 条评论
privacy-amount-samples = { $number } 条已标注文本
privacy-amount-subscriptions = { $number } 个订阅
privacy-amount-mails = { $number } 封邮件
privacy-amount-none = 无
privacy-erased-before = 以往删除
privacy-email = 邮箱
privacy-what = 内容
privacy-how-many = 数量
privacy-when = 时间
privacy-by = 执行者
privacy-look-it-up = 查询
privacy-download-all-of-it = 全部下载
privacy-erase-all-of-it = 全部删除
privacy-labelled-texts-and-what-models = 已标注的文本及模型从中学到的内容
privacy-subscriptions-to-replies = 回复订阅
privacy-mails-to-them = 发给此人的邮件
privacy-damaged-rows-which-cannot-be = 无法读取的损坏数据行
privacy-it-cannot-be-undone-and = 此操作无法撤销，我已确定

## The desk: the model

model-model = 模型
model-caught = 最近 30 天：自动作为垃圾搁置 { $aside } 条，其中 { $back } 条由人撤回；漏过 { $missed } 条，被人标记为垃圾。
model-none-yet-a-training-takes = 暂无。训练使用审核员的决定以及导入或发送的数据，并用两者都未见过的样本比较新模型与当前模型。
model-all-of-it-counts = 全部计入。
model-no-labels-yet-each-approval = 暂无标注。每次通过和每次判为垃圾都是一条标注。
model-labels-are-counted-and-capped = 标注按此名称计数并限量。留空则为您自己的名称。
model-drawings-of-the-last-1 = 最近 1,000 条评论的图表会显示在这里。
model-spam-caught-genuine-blocked = <span class="spam">捕获的垃圾</span> <span class="ham">误拦的真实评论</span>
model-stands-as-spam-anything-else = <span class="spam">垃圾</span> <span class="ham">其他</span>
model-nobody-has-decided-about-these = 尚无人对这些作出决定。
model-each-dot-is-a-tenth = 每个点是评分的十分之一：横轴为预期，纵轴为被人判为垃圾的比例。落在线上，说明评分名副其实。
model-marked-as-spam-approved = <span class="spam">标记为垃圾</span> <span class="ham">已通过</span>
model-questions = 模型回答的问题
model-spam = 垃圾
model-abuse = 辱骂
model-abuse-is-evidence = 辱骂评分会显示给人。它本身不会发布、搁置或丢弃任何内容。
model-abuse-labels = 每次通过是一条，每次以“辱骂”为由的拒绝也是一条。
model-judges-now = 当前使用
model-class-ham = 真实
model-class-spam = 垃圾
model-class-clean = 非辱骂
model-class-abuse = 辱骂
model-since = { $clean } { $ham }，{ $against } { $spam }
model-since-few = { $clean } { $ham }，{ $against } { $spam }；各需 { $minimum } 条才会计入
model-too-few = 训练网站自己的模型需每类 { $needed } 条标注；现有{ $clean } { $ham } 条、{ $against } { $spam } 条。
model-spam-labels = 每次通过和每次判为垃圾都是一条标注。
model-asked-by = 由 { $who } 请求，{ $when }
model-put-into-use-by = 由 { $who } 启用
model-held-out = 在预留的{ $clean } { $ham } 条和{ $against } { $spam } 条样本上，阈值 { $threshold }；训练用 { $trained_ham } 条和 { $trained_spam } 条
model-repeated = { $records }，其中 { $repeated } 条重复
model-over-cap = 超出单一来源一次计入上限 { $number } 条；下次训练会采用
model-refused = 未保留任何内容。
model-line = 第 { $line } 行
model-file-hint = 带表头的 CSV 或 TSV，或 JSON 行：<code>text</code> 和 <code>label</code>（<code>{ $against }</code> 或 <code>{ $clean }</code>），已知时可加 <code>name</code>、<code>email</code>、<code>website</code>，若不是 { $site } 则加 <code>site</code>。最大 { $max } MiB。全部计入；若有一行不正确，则全部不计。
model-what-if = 对最近 { $judged } 条评论，其中人工决定 { $decided } 条。网站阈值为 { $threshold }。
model-part-of = { $part } / { $all }
model-use-it = 使用此阈值
model-use = 使用 { $threshold }
model-would = 搁置 { $aside } 条：捕获垃圾 { $caught } / { $spam }，误拦真实评论 { $blocked } / { $ham }。
model-abuse-would = 保留 { $held } 条：其中人工通过 { $approved } 条，拒绝 { $rejected } 条。
model-said-begun = 训练正在排队。
model-said-under-way = 此网站已有训练在进行。
model-said-active = 模型已启用。
model-said-back = 已恢复使用上一个模型。
model-said-nothing-before = 没有可恢复的模型。
model-said-seen = 已记录您的查看：网站现在可以按辱骂保留评论。
model-said-refused = 未通过门槛：原因列在其下方。
model-status-queued = 排队中
model-status-training = 训练中
model-status-failed = 失败
model-status-candidate = 候选
model-status-live = 使用中
model-status-retired = 已停用
model-phase-waiting = 等待中
model-phase-reading = 读取样本
model-phase-fitting = 拟合模型
model-phase-measuring = 与当前模型比较
model-phase-done = 完成
model-figure-auc = ROC 曲线下面积
model-figure-log-loss = 对数损失
model-figure-calibration = 校准误差
model-trainings-and-models = 训练与模型
model-samples = 样本
model-no-comment-was-judged-yet = 尚未评估任何评论
model-what-a-threshold-would-do = 阈值的效果
model-scores = 评分
model-calibration = 评分是否名副其实？
model-decisions-30-days = 决定，30 天
model-labelled-data-from-elsewhere = 外来的已标注数据
model-name-of-this-data = 此数据的名称
model-file = 文件
model-version = 版本
model-labels-since = 此后的标注
model-records = 记录
model-new-labels = 新标注
model-changed = 已更改
model-unchanged = 未更改
model-for-later = 留待以后
model-figure = 指标
model-this-model = 此模型
model-live-then = 上一个
model-came-by = 来源
model-came-decision = 决定
model-came-import = 导入
model-came-feedback = 程序的报告
model-came-samples = 外来数据
model-class = 类别
model-labels = 标注
model-in-use = 使用中
model-threshold = 阈值
model-put-aside = 已搁置
model-spam-caught = 捕获的垃圾
model-genuine-blocked = 误拦的真实评论
model-show = 显示
model-train-a-model = 训练模型
model-back-to-the-one-before = 恢复上一个
model-use-the-shipped-one = 使用自带的
model-put-it-into-use = 启用
model-take-it-in = 上传
model-site = 网站
model-look-again = 再看一次
model-verdict-use = 在两者都未见过的评论上，不逊于当前使用的：请启用。
model-verdict-keep = 不优于当前使用的：请保留后者。
model-evaluation-report = 评估报告
model-progress = 进度
model-share-of-the-spam-caught = 按阈值：捕获的垃圾比例与误拦的真实评论比例
model-share-that-was-spam-by = 按评分：实为垃圾的比例
model-although-it-does-not-pass = 尽管并不更好
model-how-many-comments-had-which = 各评分的评论数量
chart-score = 评分
chart-share = 比例
chart-share-of-spam = 实为垃圾的比例
chart-comments = 评论
chart-decisions = 决定
chart-days = 距今天数
chart-score-bin = { $from } 至 { $to } %：垃圾 { $spam }，其他 { $other }
chart-day = { $ago ->
    [0] 今天
   *[other] { $ago } 天前
}：通过 { $approved }，标记为垃圾 { $spam }
chart-calibration-dot = 预期 { $expected } %，实为垃圾 { $found } %（{ $all }）
model-decisions-of-the-last-30 = 最近 30 天的决定
model-abuse-trial = 按辱骂保留的效果
model-abuse-of = 对最近 { $comments } 条未作为垃圾搁置的评论。网站阈值为 { $threshold }。模型不懂的语言的评论绝不会被保留。
model-abuse-held = 保留
model-abuse-published = 直接发布
model-abuse-approved = 人工通过
model-abuse-rejected = 人工拒绝
model-abuse-seen = { $by } 已查看，{ $when }。
model-abuse-unseen = 尚无人声明已查看：在此之前网站不能据此保留评论。
model-abuse-look = 我已查看

## The desk: sentences with something in them

queue-search-behind = 有 { $count } 条评论尚未进入搜索索引，未被搜索。
queue-elsewhere = 其他位置：
queue-no-match = “{ $label }”中没有符合这些筛选条件的评论。<a href="/desk?status={ $status }">全部显示</a>。
queue-matching = 所有页面上匹配的 <span id="total">{ $total }</span> 条
queue-marks = 标记
queue-select = 选择 { $name } 的评论
comment-for-good = 永久删除
comment-deleted-on = 按网站设置将于 { $day } 删除。模型从中学到的内容会保留。
comment-it-cannot-be-undone = 我知道此操作无法撤销
comment-delete-it = 删除此评论
comment-erase-its-author = 清除其作者
comment-what-is-erased = 删除会移除该评论及其历史、相关邮件和模型从中学到的内容。清除作者会移除所有网站上有关此人的全部数据。
comment-was = 结果：{ $verdict }。{ $because }。
comment-model = 模型 { $model }
activity-kept = 保留 { $days } 天。有关评论的决定在各评论的历史中。
me-every-other-site = 下方未单独选择的网站
me-how-often = 频率
me-address = 您的邮箱是 { $email }。
batches-undo-all = 全部撤销（{ $count } 条）

## Changing what a comment says

comment-edit = 编辑
comment-edited = 已编辑
edit-title = 编辑评论
edit-text = 内容
edit-reason = 原因（写入历史）
edit-save = 保存修改
edit-now = 当前内容
edit-changed = { $who } 其间修改了评论。您的文本在下方；保存会替换评论的当前内容。
edit-readers-see = 读者会看到评论已编辑，但看不到之前的内容。审核员两者都能看到。
edit-readers-see-both = 读者会看到评论已编辑，并可阅读之前的内容。
activity-edited = 修改了 { $author } 的文本
site-readers = 读者看到的内容
site-show-edits = 读者可以查看审核员修改之前的评论内容
read-edited = 已编辑
edits-title = 评论之前的内容
edits-what = 审核员修改过它。以下是更早的文本，最早的在前。
edits-until = 截至
key-edit = 编辑评论内容

## What comes from below in English, because programs read it too. A sentence of this group is found by its English text.

fault-required = 此项必填。
fault-too-long = 最多 { $max } 个字符。
fault-control = 不允许使用控制字符。
fault-email = 这不是邮箱地址。
fault-website = 这不是网站地址。
fault-slug = 请使用 1 到 63 个小写字母、数字和中间的连字符。
fault-slug-taken = 已有其他网站使用此名称。
fault-origins = 最多 { $max } 个来源。
fault-origin = 请写成 https://example.org 的形式，不含路径。
fault-present-password = 这不是您的当前密码。
fault-password-short = 请使用至少 { $min } 个字符。
fault-address-taken = 已有其他审核员使用此邮箱。
fault-operator-sites = 管理员管理所有网站：无需指定。
fault-no-such = 不存在：{ $what }。
fault-what-site = 网站
fault-what-comment = 评论
fault-what-page = 页面
fault-what-moderator = 审核员
fault-what-model = 模型
fault-what-import = 导入
fault-what-rule = 屏蔽规则
fault-what-status = 状态
fault-what-reason = 原因
fault-page-origin = 此页面不在网站的任何来源上。
fault-page = 页面是完整的网址，或以斜杠开头的路径。
fault-parameters = 最多 50 个参数名，例如 p，不含 &、=、# 和空格。
fault-same-page = 这是同一个页面。
fault-same-text = 文本没有变化。
fault-above-zero = 必须大于 0 且不超过 { $to }。
fault-above-zero-or-absent = 必须大于 0 且不超过 { $to }，或留空。
fault-below-spam = 必须从 0 到低于垃圾阈值。
fault-least-or-absent = 必须至少为 { $from }，或留空。
fault-range-or-absent = 必须从 { $from } 到 { $to }，或留空。
fault-range = 必须从 { $from } 到 { $to }。
fault-look-first = 请先查看其对本网站最近评论的效果：在模型页面、通过 POST 到 { $path }，或用 `hamlet site abuse-trial`。
fault-rule-empty = 其中没有可见内容。
fault-rule-domain = 这不是像 example.org 这样的域名。
fault-rule-network = 这既不是地址，也不是像 { $example } 这样的网络。
fault-rule-over = 此时间已过。
fault-form-token = 该网站要求带工作量证明的表单令牌。
fault-form-old = 表单打开太久，请重新加载。
fault-work = 这不是所要求的工作量证明。
fault-work-used = 此工作量证明已被使用，请重新加载表单。
fault-no-parent = 此页面上没有这条评论。
fault-too-many = 来自此处的评论过多，请稍后再试。
fault-no-files = 不接受文件。
fault-utf8 = 这不是 UTF-8：请检查是否与您所写的一致。
fault-twice = 此项出现了两次。
fault-invalid = 提交的内容有误。
fault-stale-form = 表单已过期。请重新加载页面后重试。
fault-operators-page = 只有管理员可以查看此页面。
fault-last-operator = 这是最后一位管理员：没有其他人可以管理服务。
fault-other-site = 此表单是从其他网站发送的。
fault-unavailable = 服务暂时无法执行此操作。未保存任何内容，请重试。
fault-busy = 正在进行的搜索过多，或此次搜索耗时过长。请稍后再试，或缩小搜索范围。
fault-changed = 其间有人更改了评论。请再看一下。
fault-unsure = 表单中未确认您已确定。
fault-method = 此地址接受其他方法：见 Allow。
fault-too-large = 最多 { $limit } 字节。
fault-no-record = 其中没有记录。
fault-no-label = 没有标注：{ $against } 或 { $clean }
fault-no-text = 没有文本
fault-unknown-site = 指向不存在的网站
fault-mail-late = 邮件服务器未及时响应
fault-mail-answered = 邮件服务器返回 { $code }
fault-mail-hung-up = 邮件服务器断开连接或其应答无法理解
fault-mail-tls = 与邮件服务器的 TLS 失败：{ $why }
fault-mail-unable = 邮件服务器无法满足要求：{ $why }
fault-mail-unreachable = 无法连接邮件服务器：{ $why }
fault-gate-few-labels = 有{ $clean }标注 { $ham } 条、{ $against }标注 { $spam } 条；训练模型各需至少 { $needed } 条。
fault-gate-one-sided = 标注偏向一方：{ $all } 条中仅 { $fewer } 条为“{ $name }”。这样训练的模型几乎不知道什么是“{ $again }”。
fault-gate-same-text = “{ $name }”标注几乎都是同一文本，该文本已预留用于测量：请标注更多不同的文本。
fault-gate-few-samples = 仅预留{ $clean } { $ham } 条和{ $against } { $spam } 条样本用于测量；各少于 { $few } 条则无法判断。
fault-gate-catches-less = 捕获的“{ $against }”少于当前模型：{ $new } %，而非 { $old } %。
fault-gate-blocks-more = 误拦多于当前模型：“{ $clean }”的 { $new } %，而非 { $old } %。
fault-gate-calibration = 其概率不可信：平均偏差 { $error }，最多可接受 { $limit }。
fault-gate-poor = 几乎无法区分网站的“{ $against }”与“{ $clean }”（曲线下面积 { $auc }）：标注互相矛盾。
fault-gate-swapped = 标注与自带模型从文本中读出的相反（曲线下面积 { $auc }）：“{ $against }”和“{ $clean }”是否颠倒了？
fault-gate-source = 来自“{ $name }”的 { $labels } 条标注中有 { $contradicted } 条与其他所有标注相反：请检查该来源。
fault-class-ham = 真实
fault-class-spam = 垃圾
fault-class-clean = 非辱骂
fault-class-abuse = 辱骂
fault-rule-broad = { $summary }几乎所有内容都会命中。
fault-rule-broad-line = { $summary }几乎所有内容都会命中。
fault-rule-trial = 会命中最近 { $all } 条评论中的 { $hits } 条，其中 { $approved } 条已通过。
fault-number = 这不是此处适用的数字。
fault-choose-file = 请先选择文件。
fault-standing-broken = 已启用的模型无法使用（{ $why }）；现使用程序自带的模型。
fault-standing-shipped = 程序自带的模型，原样使用：“{ $clean }”标注 { $ham } 条，“{ $against }”{ $spam } 条；各需 { $minimum } 条才会计入。
fault-standing-taught = 程序自带的模型，以及它从“{ $clean }”标注 { $ham } 条、“{ $against }”{ $spam } 条中学到的内容。
fault-standing-own = 网站自己的模型，以及它从训练之外的“{ $clean }”标注 { $ham } 条、“{ $against }”{ $spam } 条中学到的内容。
fault-operators-only = 只有运营者可以这样做。
fault-none-given = 未提供
fault-unreadable = 无法读取
fault-body-broken = 传输中断。
fault-body-compressed = 不接受压缩的内容。
fault-body-late = 内容未在 { $seconds } 秒内到达。
fault-media-type = 请发送 JSON、application/x-www-form-urlencoded 或 multipart/form-data。
fault-multipart = 无法读取多部分内容。
fault-multipart-parts = 多部分内容的部分过多。
fault-form-type = 请以 application/x-www-form-urlencoded 发送表单。
fault-form-fields = 表单的字段过多。
fault-form-broken = 表单中断或无法读取。
fault-form-behind = 文件之后还有内容。
fault-field-utf8 = 有一个字段不是 UTF-8。
fault-field-long = 有一个字段过长。
fault-form-nothing = 表单没有说明要做什么。
fault-form-unsaid = 表单没有说明所指为何。
fault-form-block = 表单没有说明要屏蔽什么。
fault-form-reason = 表单没有给出原因。
fault-form-decision = 表单没有给出决定。
fault-form-page-size = 表单没有给出每页数量。
fault-form-comment = 表单所指的不是评论。
fault-form-list = 表单没有说明是哪个列表。
fault-at-once = 一次最多处理 { $most } 条评论。
fault-listeners = 监听者过多，请稍后再来。
fault-parameter-twice = 该参数出现了两次。
fault-parameter-required = 缺少该参数。
fault-parameter-value = 该参数不接受这个值。
fault-true-false = 只能是 true 或 false。
fault-question = 没有这个问题：应为 `spam` 或 `abuse`。
fault-what-parameter = 参数
fault-what-field = 字段
fault-cursor = 该游标不属于此列表。
fault-comment-id = 这不是评论的标识。
fault-in-the-meantime = 其间已被更改；现在是这样。
fault-service-failed = 服务出错，已记录。
fault-rule-star = `*` 只代表完整的名称，如 *@example.org；要包括某域名及其下级，请为域名建规则。
fault-rule-letters = 请在此写普通字母；这个符号会被当作字母。
fault-rule-many = 一个列表最多 { $most } 条规则；此列表有 { $count } 条。
fault-look-others = { $who } 查看过 { $from } 到 { $to } 的阈值：请先查看这个。
fault-not-trained = 这次训练没有可供测量的模型。
fault-nothing-held-out = 网站已没有留出的标注：无从测量。
fault-nul-in = { $field } 中有 NUL 字符
fault-mail-unwritten = 无法写出：请看日志
fault-mail-folder = 邮件文件夹无法写入：{ $why }
fault-mail-slow = 邮件服务器耗时过长
fault-hook-address = 必须是 http 或 https 地址，最多 { $most } 字节，不含用户名或密码
fault-hook-private = 它在非公开的网络中：见 webhooks.allow_networks
fault-hook-refused = 地址被拒绝：{ $why }
fault-hook-connection = 连接失败：{ $why }
fault-hook-exchange = 交换失败：{ $why }
fault-hook-request = 无法组成请求
fault-hook-late = 耗时过长
fault-hook-host = 找不到主机名
fault-hook-host-private = 主机名指向非公开的网络

## 导入的文件中发现的情况。同上。

fault-at-line = 第 { $line } 行：{ $why }
fault-at-comment = 评论 { $place }：{ $why }
fault-at-post = 帖子 { $place }：{ $why }
fault-at-byte = 第 { $place } 字节：{ $why }
fault-at-file = 文件：{ $why }
fault-at-database = 数据库：{ $why }
fault-said-of = { $place }：{ $why }
fault-import-no-text = 没有文本
fault-import-fields = 没有文本：列出时是否用了 --fields 并包含所有字段？
fault-import-large = 过大
fault-import-larger = 超过可读取的大小
fault-import-longer = 超过 { $most } 字节
fault-import-row = { $problem }；每行不得超过 { $most } 字节
fault-import-unread = 无法读取
fault-import-pingback = pingback 或 trackback
fault-import-not-comment = 不是评论
fault-import-backup-line = 说明备份本身的那一行
fault-import-deleted = 已删除，文本也已删除
fault-import-names = 过多，无法等待姓名
fault-import-thread-list = 没有评论列表的讨论串
fault-import-website = 不是网站的网站
fault-import-email = 不是邮箱的邮箱地址
fault-import-cut = 文本过长：略去中间部分
fault-import-page = 未知的页面
fault-import-label = 无法理解的标注
fault-import-status = 无法理解的状态
fault-import-no-date = 没有日期
fault-import-date = 无法理解的日期
fault-import-early = 1970 年以前的日期
fault-import-future = 未来的日期
fault-import-local = 只有当地时间的日期
fault-import-answers-hidden = 它回复的评论未公开
fault-import-page-unknown = 其页面未知
fault-import-marked-hidden = 它被标为未公开
fault-import-marked-deleted = 它被标为已删除
fault-import-page-hidden = 它的页面被标为未公开
fault-import-page-deleted = 它的页面被标为已删除
fault-import-thread-deleted = 其讨论串已删除
fault-import-thread-hidden = 其讨论串被标为未公开
fault-import-post-password = 其文章有密码
fault-import-post-unknown = 其文章的状态在此未知
fault-import-attached = 它所附的内容未公开
fault-import-post-private = 其文章为私密
fault-import-post-draft = 其文章是草稿
fault-import-post-pending = 其文章等待审核
fault-import-post-future = 其文章将于稍后发布
fault-import-post-trash = 其文章已被丢弃
fault-import-no-spam = 标注中没有垃圾
fault-import-no-spam-wordpress = 标注中没有垃圾：WordPress 的导出不含它；请同时导入 `wp comment list --status=spam --format=json`
fault-import-no-ham = 标注中没有真实评论
fault-import-nothing = 其中没有评论
fault-import-no-list = 没有评论列表；那里是否是另一个页面？
fault-import-reader = 读取文件时意外失败
fault-import-unpacked = 解压后超过 { $most } MiB：请用 `hamlet import` 导入
fault-import-bomb = 解压后远超评论应有的大小：是否是解压炸弹？
fault-import-piece = 其中一块超过可读取的大小
fault-import-zip = 这是 zip 压缩包：请解压并导入其中每个文件
fault-import-zip-empty = 这是空的 zip 压缩包
fault-import-7-zip = 这是 7-zip 压缩包：请解压并导入其中每个文件
fault-import-rar = 这是 rar 压缩包：请解压并导入其中每个文件
fault-import-tar = 这是 tar 压缩包：请解压并导入其中每个文件
fault-import-packed = 它用 { $how } 压缩：请先解压（{ $command }）
fault-import-packed-twice = 它被压缩了两次：请解压一次（gunzip）
fault-import-sqlite = 这是 SQLite 数据库：只有 --format isso 能读取
fault-import-pdf = 这是 PDF
fault-import-office = 这是旧的 Excel 或 Word 文档：请另存为 CSV（UTF-8）
fault-import-postgresql = 这是 PostgreSQL 数据库的转储：请还原后从中导出评论
fault-import-sql = 这是数据库转储（SQL）：请用评论所属的系统导出
fault-import-parquet = 这是 Parquet 文件：请转换为 JSON 行
fault-import-feed-blogger = 这是订阅源而不是 Blogger 的导出：没有条目说明自己是什么
fault-import-feed-wordpress = 这是订阅源而不是 WordPress 的导出：其中没有 wp: 元素
fault-import-encoding = 文件不是 UTF-8，按 { $name } 读取；若字母有误，请用 --encoding 说明，或转换：iconv -f { $from } -t utf-8
fault-import-encoding-unknown = 文件称其编码为 { $label }，此处未知，按 UTF-8 读取；请转换：iconv -f { $from } -t utf-8
fault-import-byte = 1 个字节不是文本，现为 { $mark }
fault-import-bytes = { $many } 个字节不是文本，现为 { $mark }；若整个词都是如此，请用 --encoding 说明文件的编码
fault-import-isso-database = Isso 的是数据库，不是数据流
fault-import-isso = 不是 Isso 的：{ $why }
fault-import-not-json = 不是 JSON：{ $why }
fault-import-not-xml = 不是 XML：{ $why }
fault-import-deep = 元素嵌套超过 { $most } 层
fault-import-rtf = 这是文字处理软件的文档（RTF）：请另存为纯文本
fault-import-utf-32 = 这是 UTF-32，无法读取：请转换：iconv -f utf-32 -t utf-8
fault-import-yaml = 这是 YAML，无法读取：请转换为 JSON 行
fault-import-movable-type = 这是 Movable Type 的导出文件：请试 --format movable-type
fault-import-no-zone = 文件没有说明时区：其中的日期按世界时读取
fault-import-passed-over = “{ $name }”位于超过 { $most } MiB 的对象中，已跳过
fault-import-day-first = { $date } 这样的日期是日在月前，文件中的其他日期可以证明
fault-import-month-first = { $date } 这样的日期是月在日前，文件中的其他日期可以证明
fault-import-later = 它将于稍后发布
fault-import-ended = 它只应显示一段时间
fault-import-author-id = 作者只是一个编号
fault-import-by-name = 文件以 BASENAME 而不是地址称呼页面：请用 `hamlet site move-page` 移动其评论
fault-import-quote = 有引号没有闭合
fault-import-header = 又是表头
fault-import-nested = 嵌套过深
fault-import-system = 不是评论，而是来源系统的错误：{ $code }：{ $message }
fault-import-not-closed = 提前结束：<{ $name }> 未关闭
fault-import-neither = 既不是对象也不是对象列表：{ $start }
fault-import-ends-early = 文件提前结束
fault-import-ends-quotation = 文件提前结束：引号未关闭
fault-import-ends-values = 文件提前结束：{ $has } 个值，表头有 { $wants } 个
fault-import-values = { $has } 个值，表头有 { $wants } 个：是否缺少引号？
fault-import-open = 未关闭
fault-import-ends-inside = 在列表所在的内容中提前结束
fault-import-ends-list = 在列表中提前结束
fault-import-before-xml = 已略过 XML 之前的内容：{ $line }
fault-import-column = 表头没有“{ $name }”列
fault-import-column-text = 表头没有“text”列；它有 { $names }
fault-import-no-header = 没有表头：请在前面加一行列名（id, page, name, text, …）
fault-import-neither-label = 标注 { $label } 既不是 spam 也不是 ham
fault-import-neither-question = 问题 { $question } 既不是 spam 也不是 abuse
fault-import-reading = 读取失败：{ $why }
fault-import-is-it = 其中没有评论：它是{ $wanted }吗？{ $hint }
fault-wanted-wxr = WordPress 的导出（WXR）
fault-wanted-disqus = Disqus 的导出
fault-wanted-blogger = Blogger 的导出
fault-wanted-movable-type = Movable Type 的导出
fault-wanted-table = 带表头的表格
fault-hint-empty = 它是空的。
fault-hint-json = 它是 JSON：请试 --format jsonl，或其来源系统的格式。
fault-hint-table = 它以“{ $start }”开头：如果是表格，请试 --format csv。
fault-hint-start = 它以“{ $start }”开头。
fault-hint-element = 其首个元素是 <{ $name }>。
fault-hint-wxr = 其首个元素是 <{ $name }>：请试 --format wxr。
fault-hint-disqus = 其首个元素是 <{ $name }>：请试 --format disqus。
fault-hint-disqus-old = 其首个元素是 <{ $name }>，如 2011 年以前 Disqus 的导出：请重新导出，或转换为 JSON 行。
fault-hint-page = 其首个元素是 <{ $name }>，是网页而不是导出：获取时是否出错？
fault-hint-blogml = 其首个元素是 <{ $name }>：那是 BlogML，不予读取。
fault-hint-intensedebate = 其首个元素是 <{ $name }>：如 IntenseDebate 的导出文件，不予读取。
fault-hint-feed = 其首个元素是 <{ $name }>，是订阅源：如果是 Blogger 的导出，请试 --format blogger。

## 模型评估报告，可保存的页面

report-title = { $model }：评估
report-how-good = { $model } 有多好？
report-measured-on = 以 { $ham } 条真实与 { $spam } 条垃圾测量，来自：{ $files }。
report-labels-of = “{ $site }”的标注中不用于训练任何模型的部分，截至 { $day }
report-called-spam = 判为垃圾
report-called-ham = 判为真实
report-spam = 垃圾
report-ham = 真实
report-figure = 指标
report-value = 值
report-what-it-is = 含义
report-accuracy = 准确率
report-accuracy-text = 在概率一半处判对的文本比例
report-mcc = MCC
report-mcc-text = 一半处的 Matthews 相关系数：0 为猜测，1 为完美
report-auc = AUC
report-auc-text = 垃圾评分高于真实评论的概率
report-average-precision = 平均精确率
report-average-precision-text = 精确率与召回率曲线下面积
report-log-loss = 错误评分的惩罚
report-log-loss-text = 每条文本的平均意外程度，单位奈特
report-calibration-error = 评分偏差
report-calibration-error-text = 概率与事实的平均差距，分 15 组
report-thresholds = 阈值的代价
report-thresholds-text = 误拦真实评论不超过预算的最低阈值，以及它捕获多少。
report-budget = 允许误拦的真实评论
report-threshold = 阈值
report-ham-blocked = 误拦的真实评论
report-spam-caught = 捕获的垃圾
report-parts = 按语言和种类
report-parts-text = 拦截：0.95 及以上；保留：0.2 及以上。括号内和 ± 之后为 95 % 区间：文本少时区间较宽。
report-ham-held = 保留或误拦的真实评论
report-spam-blocked = 拦截的垃圾
report-spam-held = 保留或拦截的垃圾
report-language = 语言
report-kind = 种类
report-curves = 曲线
report-tells = 起作用的内容
report-tells-text = 各特征所增加的权重，按所测文本合计。
report-texts = 文本数
report-mean-weight = 平均权重
report-towards-spam = 偏向垃圾
report-towards-ham = 偏向真实
report-most-wrong = 错得最多的
report-ham-highest = 评分最高的真实评论
report-spam-lowest = 评分最低的垃圾
report-score = 评分
report-text = 文本
report-named = 提及何人
report-named-text = 提及某一人群的文本，以每百条无害文本标记一条为准。BPSN：不含该词的辱骂评分高于含该词的无害文本的概率；若该词本身对人不利则偏低。BNSP：含该词的辱骂评分高于不含该词的无害文本的概率（Borkan 等，2019）。
report-term = 词语
report-harmless = 无害
report-abuse = 辱骂
report-harmless-flagged = 被标记的无害文本
report-auc-among = 其中的 AUC
report-bpsn = BPSN AUC
report-bnsp = BNSP AUC
report-axis-ham-blocked = 误拦真实评论的比例
report-axis-spam-caught = 捕获垃圾的比例
report-axis-spam-blocked = 被拦截内容中垃圾的比例
report-axis-probability = 预测概率
report-axis-spam = 垃圾的比例
report-axis-class = 占该类的比例
report-axis-labels = 学到的这些文本的标注数
report-axis-auc = 其余文本上的 AUC
report-plot-caught = 各阈值下捕获的垃圾与误拦的真实评论；灰色为猜测。
report-plot-precision = 各阈值下的精确率与召回率。
report-plot-calibration = 在给定概率的文本中有多少是垃圾；灰色为完美。
report-plot-scores = 真实评论（绿）与垃圾（红）的评分。
report-plot-learning = 用其中一些文本教过的模型，在留出的一半上测量。

## The demo's page

demo-about = 关于此演示
demo-what = <strong>Hamlet 演示。</strong>在下方发表评论：评论会等待审核员通过。请在<a href="/desk" target="_blank">审核台</a>（在此页面旁打开）担任审核员，然后回来：您通过的评论就在这里。

## The widget on sites' pages. Its script names a sentence without the beginning, and the first letter after a hyphen large.

widget-edited = 已编辑
widget-comments = 评论
widget-none = 还没有评论，欢迎第一个留言。
widget-write = 发表评论
widget-name = 姓名
widget-email = 电子邮件
widget-private = 您的电子邮件地址不会被公开。
widget-website = 网站
widget-optional = 选填
widget-text = 评论
widget-notify = 有回复时邮件通知我
widget-send = 发送
widget-sending = 正在发送…
widget-working = 正在确认您不是机器…
widget-reply = 回复
widget-reply-to = 回复 { $name }
widget-cancel = 取消
widget-held = 谢谢。您的评论正在等待审核。
widget-published = 谢谢。您的评论已发布。
widget-more = 更多评论
widget-failed = 无法加载评论。
widget-stranger = 该服务还不认识此页面的地址：{ $name }。网站管理者可以在审核台把它添加到该网站的地址中。
widget-again = 重试
widget-add-origin = 在审核台添加
widget-required = 请填写此项。
widget-bad-email = 这不是电子邮件地址。
widget-bad-website = 这不是网址。
widget-too-long = 内容太长。
widget-invalid = 有些内容不正确。
widget-too-many = 此处发来的评论过多，请稍后再试。
widget-not-sent = 您的评论没有发出。文字已保留，请重试。
fault-answered = 返回 { $code }
fault-owner-command-line = 命令行
fault-owner-unknown = 未知所有者
