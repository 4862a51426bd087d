### Arabic. Groups and order are those of en.ftl, which also says what the arguments are.

## Why the policy decided as it did

because-not-judged = لم يتمكن النموذج من تقييمه، لذلك عُلّق
because-score = درجته { $score } تبلغ عتبة الموقع { $threshold } أو تتجاوزها
because-trusted = { $approved ->
    [zero] لا تعليقات موافق عليها لكاتبه هنا، ودرجته منخفضة
    [one] لكاتبه تعليق واحد موافق عليه هنا، ودرجته منخفضة
    [two] لكاتبه تعليقان موافق عليهما هنا، ودرجته منخفضة
    [few] لكاتبه { $approved } تعليقات موافق عليها هنا، ودرجته منخفضة
    [many] لكاتبه { $approved } تعليقًا موافقًا عليه هنا، ودرجته منخفضة
   *[other] لكاتبه { $approved } تعليق موافق عليه هنا، ودرجته منخفضة
}
because-not-this = كاتبه موثوق، لكن هذا التعليق ليس كذلك
because-person-decides = يقرر شخص بشأن كل تعليق دون عتبة الإزعاج
because-few-labels = لا يدل على الإزعاج إلا ما عُلّم في هذا الموقع، وما وُوفق عليه هنا حتى الآن أقل من أن يُعتمد عليه وحده: يقرر شخص
because-few-approved = { $needed ->
    [zero] ليس لكاتبه تعليق موافق عليه هنا بعد
    [one] ليس لكاتبه تعليق موافق عليه هنا بعد
    [two] لكاتبه أقل من تعليقين موافق عليهما هنا
    [few] لكاتبه أقل من { $needed } تعليقات موافق عليها هنا
    [many] لكاتبه أقل من { $needed } تعليقًا موافقًا عليه هنا
   *[other] لكاتبه أقل من { $needed } تعليق موافق عليه هنا
}
because-abuse = يبدو مسيئًا: { $score } يبلغ عتبة الموقع { $threshold }، فيقرر شخص
because-imported = استُورد من نظام آخر

## What the checks found

reason-honeypot = مُلئ حقل لا يراه الناس
reason-not-opened = أُرسل دون فتح النموذج
reason-forged = رمز النموذج لم يصدر من هنا
reason-too-soon = أُرسل النموذج بعد { $seconds } ثانية من فتحه
reason-too-late = { $hours ->
    [zero] أُرسل النموذج بعد أقل من ساعة من فتحه
    [one] أُرسل النموذج بعد ساعة واحدة من فتحه
    [two] أُرسل النموذج بعد ساعتين من فتحه
    [few] أُرسل النموذج بعد { $hours } ساعات من فتحه
   *[other] أُرسل النموذج بعد { $hours } ساعة من فتحه
}
reason-reused = { $count ->
    [zero] لم ترد تعليقات من نموذج فُتح مرة واحدة
    [one] ورد تعليق واحد من نموذج فُتح مرة واحدة
    [two] ورد تعليقان من نموذج واحد فُتح مرة واحدة
    [few] وردت { $count } تعليقات من نموذج واحد فُتح مرة واحدة
    [many] ورد { $count } تعليقًا من نموذج واحد فُتح مرة واحدة
   *[other] ورد { $count } تعليق من نموذج واحد فُتح مرة واحدة
}
# 10 stands for 10 or more.
reason-repeated = { $times ->
    [one] نُشر النص نفسه مرة من قبل
    [two] نُشر النص نفسه مرتين من قبل
    [10] نُشر النص نفسه 10 مرات أو أكثر من قبل
    [few] نُشر النص نفسه { $times } مرات من قبل
   *[other] نُشر النص نفسه { $times } مرة من قبل
}
reason-network = { $count ->
    [zero] لم ترد تعليقات من هذه الشبكة
    [one] ورد تعليق واحد
    [two] ورد تعليقان
    [few] وردت { $count } تعليقات
    [many] ورد { $count } تعليقًا
   *[other] ورد { $count } تعليق
} من هذه الشبكة خلال { $minutes ->
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
   *[other] { $minutes } دقيقة
}
reason-email = { $count ->
    [zero] لم ترد تعليقات
    [one] ورد تعليق واحد
    [two] ورد تعليقان
    [few] وردت { $count } تعليقات
    [many] ورد { $count } تعليقًا
   *[other] ورد { $count } تعليق
} من عنوان البريد هذا خلال { $minutes ->
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
   *[other] { $minutes } دقيقة
}
reason-blocked-word = فيه كلمة محظورة: { $word }
reason-blocked-domain = فيه نطاق محظور: { $domain }
reason-blocked-email = عنوان بريده محظور
reason-blocked-network = شبكته محظورة
# 30 stands for 30 or more.
reason-copies = { $count ->
    [zero] لا نسخ شبيهة
    [one] نسخة شبيهة بتعليق آخر
    [two] نسخة شبيهة بتعليقين آخرين
    [few] نسخة شبيهة بـ { $count } تعليقات أخرى
    [30] نسخة شبيهة بـ 30 تعليقًا آخر أو أكثر
    [many] نسخة شبيهة بـ { $count } تعليقًا آخر
   *[other] نسخة شبيهة بـ { $count } تعليق آخر
} في آخر { $days ->
    [one] يوم
    [two] يومين
    [few] { $days } أيام
    [many] { $days } يومًا
   *[other] { $days } يوم
}{ $spam ->
    [0] { "" }
   *[other] ، منها { $spam } مزعجة
}
reason-language = لا يعرف Hamlet لغته بعد ({ $code }): يقرر شخص
reason-links = { $count ->
    [zero] لا روابط فيه
    [one] فيه رابط واحد
    [two] فيه رابطان
    [few] فيه { $count } روابط
    [many] فيه { $count } رابطًا
   *[other] فيه { $count } رابط
}؛ والموقع يسمح بـ { $allowed }

## What the model read; it follows "because the comment" in a list

sign-looks = طريقة كتابته: طوله وأحرفه الكبيرة وروابطه ورموزه
sign-looks-links = { $links ->
    [zero] بلا روابط
    [one] رابط واحد
    [two] رابطان
    [few] { $links } روابط
    [many] { $links } رابطًا
   *[other] { $links } رابط
} في { $words ->
    [one] كلمة واحدة
    [two] كلمتين
    [few] { $words } كلمات
   *[other] { $words } كلمة
}
sign-looks-capitals = { $percent } % من أحرفه كبيرة
sign-looks-short = أقصر من ثلاث كلمات
sign-name = الاسم «{ $quoted }»
sign-email-domain = عنوان بريد لدى ⁦{ $quoted }⁩
sign-website = الموقع ⁦{ $quoted }⁩
sign-passage = مقطع يبدو بحد ذاته مزعجًا
sign-link = فيه رابط إلى ⁦{ $quoted }⁩
sign-email = يذكر عنوان بريد
sign-mention = يخاطب «{ $quoted }»
sign-hashtag = يحمل الوسم «{ $quoted }»
sign-number = فيه الرقم «{ $quoted }»
sign-symbol = فيه «{ $quoted }»
sign-spelled = يفرّق أحرف «{ $quoted }»
sign-word = يقول «{ $quoted }»
sign-order = تتابع كلماته وأرقامه ورموزه
sign-links = { $links ->
    [zero] بلا روابط
    [one] رابط واحد
    [two] رابطان
    [few] { $links } روابط
    [many] { $links } رابطًا
   *[other] { $links } رابط
} في { $words ->
    [zero] نص بلا كلمات
    [one] كلمة واحدة
    [two] كلمتين
    [few] { $words } كلمات
   *[other] { $words } كلمة
}
sign-length = { $words ->
    [zero] بلا كلمات
    [one] كلمة واحدة
    [two] كلمتان
    [few] { $words } كلمات
   *[other] { $words } كلمة
}
sign-symbols = { $percent } % رموز
sign-exclamations = { $count ->
    [zero] بلا علامات تعجب
    [one] علامة تعجب واحدة
    [two] علامتا تعجب
    [few] { $count } علامات تعجب
   *[other] { $count } علامة تعجب
}
sign-digits = { $percent } % أرقام
sign-disguised = { $count ->
    [zero] بلا أحرف مموّهة أو مخفية
    [one] حرف مموّه أو مخفي
    [two] حرفان مموّهان أو مخفيان
    [few] { $count } أحرف مموّهة أو مخفية
   *[other] { $count } حرفًا مموّهًا أو مخفيًا
}
sign-markup = { $count ->
    [zero] بلا HTML
    [one] قطعة HTML واحدة
    [two] قطعتا HTML
    [few] { $count } قطع HTML
   *[other] { $count } قطعة HTML
}

## Mails to moderators

mail-queue-heading = { $count ->
    [zero] لا تعليقات تنتظر في { $place }
    [one] تعليق ينتظر في { $place }
    [two] تعليقان ينتظران في { $place }
    [few] { $count } تعليقات تنتظر في { $place }
    [many] { $count } تعليقًا ينتظر في { $place }
   *[other] { $count } تعليق ينتظر في { $place }
}
mail-queue-several-sites = عدة مواقع
mail-queue-subject = { $heading }: { $authors }
mail-queue-subject-others = { $heading }: { $authors } وآخرون
mail-queue-by = <strong><bdi>{ $author }</bdi></strong> في <bdi>{ $page }</bdi>
mail-queue-by-linked = <strong><bdi>{ $author }</bdi></strong> في <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-queue-by-text = { $author } في { $page } ({ $site })، { $received }
mail-queue-score = مرشح الإزعاج: <strong>{ $score }</strong>
mail-queue-score-text = مرشح الإزعاج: { $score }
mail-queue-percent = (مزعج: { $percent })
mail-queue-why = لماذا قد يكون مزعجًا:
mail-queue-approve = موافقة
mail-queue-spam = مزعج
mail-queue-reject = رفض
mail-queue-approve-text = موافقة: { $url }
mail-queue-spam-text = مزعج:   { $url }
mail-queue-reject-text = رفض:    { $url }
mail-queue-open = فتحه في لوحة الإشراف
mail-queue-open-text = اللوحة:  { $url }
mail-queue-more = { $count ->
    [zero] ولا غيرها.
    [one] وواحد آخر.
    [two] واثنان آخران.
   *[other] و{ $count } أخرى.
}
mail-queue-more-linked = <a href="{ $url }">{ $count ->
    [one] وواحد آخر
    [two] واثنان آخران
   *[other] و{ $count } أخرى
} في لوحة الإشراف</a>.
mail-queue-foot = <a href="{ $desk }">لوحة الإشراف</a> · <a href="{ $preferences }">كم مرة تُراسَل</a> · <a href="{ $stop }">إيقاف هذه الرسائل</a>
mail-queue-foot-text =
    لوحة الإشراف: { $desk }
    كم مرة تُراسَل: { $preferences }
    لإيقاف هذه الرسائل: { $stop }
mail-queue-links = كل رابط يفتح صفحة تسأل مرة أخرى قبل أن يتغير شيء. الروابط لك وحدك وتعمل 7 أيام؛ نرجو عدم إعادة توجيه هذه الرسالة.

mail-test-subject = رسالة تجربة من Hamlet على { $service }
mail-test-title = البريد يصل
mail-test = طلب أحدهم من Hamlet على { $service } رسالة تجربة. هذه هي: البريد يصل.
mail-test-look = إذا وصلت إلى مجلد البريد المزعج فراجع docs/mail.md: تُثبت SPF وDKIM وDMARC صاحب الرسالة الحقيقي.

## Mails to commenters

mail-confirm-subject = { $site }: هل تريد أن تُبلَّغ بالردود؟
mail-confirm-title = الردود في { $site }
mail-confirm-question = هل تريد أن تُبلَّغ بالردود؟
mail-confirm-public = طلبت أن تُبلَّغ بالردود على تعليقاتك في { $site }. تعليقك على <bdi>{ $page }</bdi> منشور الآن.
mail-confirm-public-text = طلبت أن تُبلَّغ بالردود على تعليقاتك في { $site }. تعليقك على هذه الصفحة منشور الآن:
mail-confirm-yes = نعم، أبلغوني بالردود
mail-confirm-yes-text = إذا أردت أن تُبلَّغ بالردود فأكّد ذلك هنا:
mail-confirm-no = إذا لم تطلب ذلك فلا تفعل شيئًا: لن تُبلَّغ بأي رد. أو <a href="{ $url }">لا تُسأل مجددًا</a> في { $site }.
mail-confirm-no-text = إذا لم تطلب ذلك فلا تفعل شيئًا: لن تُبلَّغ بأي رد. لكيلا تُسأل مجددًا في { $site }:
mail-reply-heading = { $count ->
    [zero] لا ردود على تعليقاتك
    [one] رد على تعليقك
    [two] ردّان على تعليقاتك
    [few] { $count } ردود على تعليقاتك
    [many] { $count } ردًا على تعليقاتك
   *[other] { $count } رد على تعليقاتك
}
mail-reply-title = { $count ->
    [one] رد على تعليقك
   *[other] ردود على تعليقاتك
}
mail-reply-by = رد <strong><bdi>{ $author }</bdi></strong> في <bdi>{ $page }</bdi>
mail-reply-by-linked = رد <strong><bdi>{ $author }</bdi></strong> في <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-reply-by-text = رد { $author } على تعليقك في { $page } ({ $site }).
mail-reply-own = كتبت:
mail-reply-reply = الرد:
mail-reply-more = { $count ->
    [zero] ولا غيرها.
    [one] وواحد آخر.
    [two] واثنان آخران.
   *[other] و{ $count } أخرى.
}
mail-reply-stop = تصلك هذه الرسالة لأنك طلبت أن تُبلَّغ بالردود في { $site }. <a href="{ $url }">إيقاف هذه الرسائل</a>.
mail-reply-stop-text = تصلك هذه الرسالة لأنك طلبت أن تُبلَّغ بالردود في { $site }. للإيقاف:

## The comment form

form-title = اترك تعليقًا
form-title-refused = لم يُرسل تعليقك بعد
form-work-needs-script = يطلب هذا الموقع من كل مرسل إثبات عمل، وهذا يحتاج إلى JavaScript.
form-name = الاسم
form-email = البريد الإلكتروني
form-email-note = لن يُنشر عنوان بريدك الإلكتروني.
form-website = الموقع <span class="quiet">(اختياري)</span>
form-text = التعليق
form-honeypot = اترك هذا فارغًا
form-replies = أبلغوني بالردود عبر البريد
form-send = إرسال
read-title = التعليقات
read-none = لا تعليقات بعد.
read-count = { $count ->
    [zero] لا تعليقات
    [one] تعليق واحد
    [two] تعليقان
    [few] { $count } تعليقات
    [many] { $count } تعليقًا
   *[other] { $count } تعليق
}
read-write = اترك تعليقًا
read-reply = الرد على { $name }
read-more = المزيد من التعليقات
read-feed = خلاصة هذه التعليقات
thanks-title = شكرًا لك
thanks-published = نُشر تعليقك.
thanks-back = العودة إلى المقال
thanks-awaits = تعليقك في انتظار المراجعة. سيظهر حالما يوافق عليه مشرف.

## The pages that links in mails lead to

link-unknown = هذا الرابط لا يعمل
link-unknown-text = ربما قُطع في الطريق. انسخ الرابط كاملًا من الرسالة.
link-expired = هذا الرابط قديم جدًا
link-expired-text = تعمل روابط الرسائل 7 أيام. لم يتغير شيء.
link-refused = لم يعد هذا الرابط يعمل
link-refused-text = لم يعد التعليق موجودًا، أو لا يحق للحساب الذي أُنشئ له الرابط أن يقرر بشأنه.
link-by = <strong><bdi>{ $author }</bdi></strong> في <bdi>{ $page }</bdi>
link-by-linked = <strong><bdi>{ $author }</bdi></strong> في <a href="{ $url }" rel="noreferrer"><bdi>{ $page }</bdi></a>
link-score = مرشح الإزعاج: { $score }
link-why = لماذا قد يكون مزعجًا:
link-undo = تراجع
link-stale-title = تقرر من قبل
link-stale = تغيّر هذا التعليق بعد كتابة الرسالة
link-stale-now = حالته الآن: { $status }. لم يغيّر هذا الرابط شيئًا.
link-last-decided = قرر ⁨{ $who }⁩ «{ $decision }» في ⁦{ $when }⁩.
link-last-undone = تراجع ⁨{ $who }⁩ عن «{ $decision }» في ⁦{ $when }⁩.

link-ask-undo = التراجع عن القرار الأخير؟
link-ask-approve = الموافقة على هذا التعليق؟
link-ask-spam = هل هذا التعليق مزعج؟
link-ask-reject = رفض هذا التعليق؟
link-ask-trash = نقل هذا التعليق إلى المهملات؟
link-ask-hold = إعادة هذا التعليق إلى القائمة؟
link-do-undo = تراجع
link-do-approve = موافقة
link-do-spam = تعليم كمزعج
link-do-reject = رفض
link-do-trash = نقل إلى المهملات
link-do-hold = إعادة إلى القائمة
link-because = السبب، إن أردت ذكره
link-done-undo = تم التراجع.
link-done-approve = تمت الموافقة: التعليق منشور.
link-done-spam = عُلّم مزعجًا.
link-done-reject = رُفض: يبقى التعليق غير منشور.
link-done-trash = نُقل إلى المهملات.
link-done-hold = أُعيد إلى القائمة.

mail-stop = إيقاف البريد عن التعليقات المنتظرة؟
mail-stop-text = لن تصلك رسائل أخرى عن التعليقات المنتظرة، من أي موقع. ويمكنك بدلًا من ذلك أن تختار في لوحة الإشراف، تحت اسمك، كم مرة تُراسَل.
mail-stop-button = إيقاف هذه الرسائل
mail-stopped = تم الإيقاف
mail-stopped-text = لن تصلك رسائل أخرى عن التعليقات المنتظرة. يمكنك استئنافها في لوحة الإشراف، تحت اسمك.
replies-ask = الإبلاغ بالردود في { $site }؟
replies-ask-text = حين يرد أحدهم على تعليق لك تصلك رسالة. وفي كل رسالة رابط يوقفها.
replies-yes = نعم، أبلغوني بالردود
replies-stop = إيقاف البريد عن الردود في { $site }؟
replies-stop-text = لن تصلك رسائل أخرى من هذا الموقع، ولن تُسأل مجددًا.
replies-stop-button = إيقاف هذه الرسائل
replies-confirmed = ستُبلَّغ بالردود
replies-confirmed-text = ستصلك رسالة حين يرد أحدهم على تعليق لك.
replies-stopped = تم الإيقاف
replies-stopped-text = لن تصلك رسائل أخرى عن الردود من هذا الموقع.

## Signing in and out

sign-in = تسجيل الدخول
sign-in-email = البريد الإلكتروني
sign-in-password = كلمة المرور
sign-in-forgot = نسيت كلمة المرور؟ اطلب من أحد المديرين رابطًا لمرة واحدة. ينشئه المدير على الجهاز نفسه بالأمر <code>hamlet moderator link</code>.
sign-in-nobody = لا يملك أحد حسابًا بعد. افتح الرابط الذي طبعه Hamlet حيث شُغّل: يعمل مرة واحدة، خلال يوم. وعند تشغيله من جديد يطبع رابطًا جديدًا.
sign-in-wrong = العنوان أو كلمة المرور غير صحيحة.
sign-in-too-many = محاولات كثيرة. انتظر ربع ساعة ثم حاول مجددًا.
sign-in-link-nobody = أهلًا بك. من أنت؟
sign-in-link-nobody-text = يعمل هذا الرابط مرة واحدة. بعدها تسجل الدخول بعنوانك وكلمة المرور.
sign-in-link-first = أهلًا، { $name }
sign-in-link-choose = اختر كلمة مرور.
sign-in-link-known = يعمل هذا الرابط مرة واحدة؛ بعدها تسجل الدخول بعنوانك، { $email }، وكلمة المرور.
sign-in-link-again = تسجيل الدخول باسم { $name }
sign-in-link-again-text = يعمل هذا الرابط مرة واحدة. اختر هنا كلمة مرور جديدة إن نسيت القديمة.
sign-in-link-errors = بعضه غير صحيح بعد؛ انظر أدناه.
sign-in-link-name = الاسم
sign-in-link-name-note = يراه المشرفون الآخرون بجانب ما تقرره.
sign-in-link-email-note = لتسجيل الدخول ولإبلاغك بالتعليقات المنتظرة. يُحفظ مشفرًا.
sign-in-link-new-password = كلمة مرور جديدة <span class="quiet">أو اتركها فارغة للإبقاء على كلمتك</span>
sign-in-link-password-note = { $min } أحرف على الأقل. بضع كلمات تتذكرها تفي بالغرض.
sign-in-link-gone = لم يعد هذا الرابط صالحًا
sign-in-link-gone-text = رابط الدخول يعمل مرة واحدة خلال 24 ساعة، والرابط الأحدث يحل محل الأقدم.
sign-in-link-gone-else = <a href="/sign-in">سجّل الدخول بكلمة المرور</a>، أو اطلب من أحد المديرين رابطًا جديدًا.
sign-out = تسجيل الخروج
sign-out-ask = تسجيل الخروج؟
sign-out-back = العودة إلى لوحة الإشراف
sign-out-done = سُجّل خروجك
refused-title = لم ينجح ذلك
refused-back = إلى لوحة الإشراف

## The desk: what every page has around it

desk = الإشراف
desk-mail-to-files = يُكتب البريد في ملفات في <code>{ $folder }</code>: لا يصل إلى أحد.
desk-mail-try = اضبطه وجرّبه
desk-unknown-proxy = تصل الطلبات عبر خادم وكيل لا تعرفه الخدمة، فيُعدّ كل المرسلين واحدًا: تُحسب المعدلات للوكيل، وحظر شبكة يحظر الجميع. اضبط <code>server.trusted_proxies</code> على عنوان الوكيل.
desk-skip = إلى التعليقات
desk-main = القائمة الرئيسية
desk-queue = قائمة الانتظار
desk-go = انتقال إلى
desk-blocks = المحظورات
desk-batches = قرارات مجمعة
desk-model = النموذج
desk-settings = الإعدادات
desk-privacy = الخصوصية
desk-activity = النشاط
desk-statistics = الإحصاءات
desk-keys = المفاتيح
desk-undo = تراجع
key-next = التعليق التالي، السابق
key-approve = موافقة
key-spam = مزعج
key-reject = رفض: حقيقي لكنه غير مرغوب؛ لا يعلّم النموذج شيئًا
key-why = رفض مع ذكر السبب: «إساءة» تعلّم ما هي الإساءة في هذا الموقع
key-trash = سلة المهملات
key-hold = إعادة إلى قائمة الانتظار
key-undo = التراجع عن آخر قرار لك، من أي صفحة
key-select = تحديد؛ <kbd>Shift</kbd> <kbd>x</kbd> تحدد كل المعروض
key-shift = <kbd>Shift</kbd> + مفتاح
key-selected = قرار بشأن كل المحدد
key-open = فتح التعليق
key-thread = عرض التعليق في محادثته
key-search = بحث
key-block = حظر الكاتب أو نطاق أو الشبكة أو عبارة
key-answer = الرد على التعليق
key-palette = اذهب إلى أي مكان وافعل أي شيء
key-help = هذه المساعدة
keys-on = استخدام هذه المفاتيح
keys-close = إغلاق

## The desk: the queue

queue-only-comments-by-one-author = تعليقات كاتب واحد فقط.
queue-change-the-filter-above = غيّر المرشح أعلاه.
queue-new-comments-appear-here-as = تظهر هنا التعليقات التي ينبغي أن يراها شخص. أما المزعجة شبه المؤكدة فهي تحت «مزعجة»، ويمكن إخراجها منها.
queue-meanwhile = بالمفتاحين <kbd>j</kbd> و<kbd>k</kbd> تتنقل في القائمة، وبالمفتاح <kbd>a</kbd> توافق، وبالمفتاح <kbd>s</kbd> تعلّمه مزعجًا، وبالمفتاح <kbd>z</kbd> تتراجع عن آخر ما فعلت.
queue-no-comment-has-this-status = لا تعليق بهذه الحالة.
queue-comments = التعليقات
queue-nothing-to-show = لا شيء للعرض
queue-nothing-matches = لا نتائج
queue-nothing-waits-for-you = لا شيء في انتظارك
queue-nothing-here = لا شيء هنا
queue-more-filters = مرشحات أخرى
queue-every-site = كل المواقع
queue-any = أي
queue-with-a-link = مع رابط
queue-without = بدون
queue-apply = تطبيق
queue-approve = موافقة
queue-spam = مزعج
queue-reject = رفض
queue-trash = المهملات
queue-why = السبب، عند الرفض:
queue-why-unsaid = بلا سبب
queue-back-to-the-queue = إعادة إلى القائمة
queue-search = بحث
queue-site = الموقع
queue-score = الدرجة
queue-order = الترتيب
queue-page = الصفحة
queue-reason = السبب
queue-links = الروابط
queue-from = من
queue-to = إلى
queue-selected-comments = التعليقات المحددة:
queue-clear = مسح
queue-read-on = متابعة القراءة
queue-first-page = الصفحة الأولى
queue-next-page = الصفحة التالية
queue-page-size = عدد التعليقات في الصفحة
queue-comments-by-status = التعليقات حسب الحالة
queue-text-name-or-website = كلمات أو اسم أو موقع أو بريد
queue-path-or-address = ‎/مسار أو عنوان
queue-pages = الصفحات

queue-decide = القرار
queue-roomy = مساحة أكبر
queue-answers = ردًا على
queue-a-reply = رد
# Below a comment in a list that others are folded into: they are decided about with it.
queue-copies = { $count ->
    [zero] بلا نسخ شبيهة
    [one] مع نسخة شبيهة واحدة
    [two] مع نسختين شبيهتين
    [few] مع { $number } نسخ شبيهة
   *[other] مع { $number } نسخة شبيهة
} { $pages ->
    [one] في صفحة واحدة
    [two] في صفحتين
    [few] في { $pages } صفحات
   *[other] في { $pages } صفحة
}{ $sites ->
    [one] { "" }
    [two] { " " }من موقعين
    [few] { " " }من { $sites } مواقع
   *[other] { " " }من { $sites } موقعًا
}
queue-show-copies = عرضها
queue-only-copies = النسخ الشبيهة بتعليق واحد فقط.
queue-only-decided = لا يعرض هذا الترتيب إلا التعليقات التي اتخذ أحدهم قرارًا بشأنها.
imports-title = الاستيراد والصفحات المنقولة
imports-imports = عمليات الاستيراد حتى الآن
imports-how = تُستورد الملفات الأكبر، والتعليقات المأخوذة مباشرة من موقع، على الجهاز الذي يعمل عليه Hamlet:
imports-none = لم يُستورد شيء بعد.
imports-new = { $count ->
    [zero] لا تعليقات جديدة
    [one] تعليق جديد واحد
    [two] تعليقان جديدان
    [few] { $number } تعليقات جديدة
    [many] { $number } تعليقًا جديدًا
   *[other] { $number } تعليق جديد
}
imports-not-ended = لم يكتمل، أو ما زال جاريًا. إن استُورد من جديد تابع من حيث توقف.
imports-taken-back = { $count ->
    [0] تم التراجع عنه كله
    [one] تم التراجع عنه، عدا تعليق واحد كان أحدهم قد قرر فيه
    [two] تم التراجع عنه، عدا تعليقين كان أحدهم قد قرر فيهما
    [few] تم التراجع عنه، عدا { $number } تعليقات كان أحدهم قد قرر فيها
    [many] تم التراجع عنه، عدا { $number } تعليقًا كان أحدهم قد قرر فيها
   *[other] تم التراجع عنه، عدا { $number } تعليق كان أحدهم قد قرر فيها
}
imports-unchanged = { $count ->
    [zero] لا شيء كان هنا من قبل
    [one] واحد كان هنا من قبل
    [two] اثنان كانا هنا من قبل
   *[other] { $number } كانت هنا من قبل
}
imports-ham = { $number } معلّمة حقيقية
imports-spam = { $number } معلّمة مزعجة
imports-unlabelled = { $number } بلا علامة
imports-orphans = { $count ->
    [zero] لا ردود على تعليقات غير موجودة هنا
    [one] رد واحد على تعليق غير موجود هنا
    [two] ردّان على تعليقات غير موجودة هنا
    [few] { $number } ردود على تعليقات غير موجودة هنا
    [many] { $number } ردًا على تعليقات غير موجودة هنا
   *[other] { $number } رد على تعليقات غير موجودة هنا
}
imports-withheld = { $number } غير منشورة: { $why }
imports-skipped = { $number } متروكة: { $why }
imports-doubts = { $number } لم تُفهم كليًا: { $why }
imports-not-understood = ما لم يُفهم، وما ينبغي معرفته
imports-take-back = تراجع عنه
imports-what-goes = حذف تعليقاته وما تُعلم منها، عدا ما قرر فيه أحدهم بعد ذلك
imports-take-it-back = التراجع عن هذا الاستيراد
imports-say-that-you-are-sure = أكّد أنك متأكد.
imports-removed = { $count ->
    [zero] لم يُحذف أي تعليق.
    [one] حُذف تعليق واحد من جديد.
    [two] حُذف تعليقان من جديد.
    [few] حُذفت { $number } تعليقات من جديد.
    [many] حُذف { $number } تعليقًا من جديد.
   *[other] حُذف { $number } تعليق من جديد.
}
imports-kept = { $count ->
    [zero] لا يبقى شيء.
    [one] يبقى واحد: قرر فيه أحدهم بعد ذلك.
    [two] يبقى اثنان: قرر فيهما أحدهم بعد ذلك.
   *[other] تبقى { $number }: قرر فيها أحدهم بعد ذلك.
}
imports-move-a-page = نقل تعليقات صفحة
imports-move-hint = حين يصبح للمقال عنوان آخر، أو تنقسم محادثة إلى اثنتين: تنضم التعليقات إلى ما هو موجود هناك.
imports-from-page = من هذه الصفحة
imports-to-page = إلى هذه الصفحة
imports-move = نقلها
imports-moved = { $count ->
    [0] لا تعليق على تلك الصفحة.
    [one] نُقل تعليق واحد.
    [two] نُقل تعليقان.
    [few] نُقلت { $number } تعليقات.
    [many] نُقل { $number } تعليقًا.
   *[other] نُقل { $number } تعليق.
}
imports-no-such-site = لا يوجد موقع كهذا.
imports-from-a-file = استيراد ملف
imports-file-hint = تعليقات نظام آخر، مع ما قُرر فيها. ترى أولًا ما سيأتي. وما لم يكن عامًا هناك ينتظر هنا.
imports-what-it-is = نوعه
imports-find-out = اكتشافه تلقائيًا
imports-at-most = { $number } ميبيبايت على الأكثر، مضغوطًا بـ gzip أو لا. والأكبر من ذلك:
imports-same-file = لم يُحفظ منه شيء: اختر الملف نفسه مرة أخرى فيُستورد.
imports-try-it = عرض ما سيأتي
imports-do-it = استيراده
imports-would-come = { $count ->
    [0] لن يأتي أي تعليق.
   *[other] سيأتي { $number } من التعليقات؛ وما هو هنا بالفعل يبقى كما هو.
}
imports-too-large = يُقبل هنا { $number } ميبيبايت على الأكثر. استورده على الجهاز الذي يعمل عليه Hamlet.
imports-choose-a-file = اختر ملفًا أولًا.
imports-no-such-format = لا توجد صيغة كهذه.
comment-copies = نسخ شبيهة به
comment-copies-say = { $count ->
    [zero] بلا نسخ شبيهة
    [one] مع نسخة شبيهة واحدة
    [two] مع نسختين شبيهتين
    [few] مع { $number } نسخ شبيهة
   *[other] مع { $number } نسخة شبيهة
} { $pages ->
    [one] هو في صفحة واحدة
    [two] هو في صفحتين
    [few] هو في { $pages } صفحات
   *[other] هو في { $pages } صفحة
}{ $sites ->
    [one] { "" }
    [two] { " " }من موقعين
    [few] { " " }من { $sites } مواقع
   *[other] { " " }من { $sites } موقعًا
}
comment-copies-elsewhere = { $count ->
    [zero] لا نسخ أخرى في مواقع لا تشرف عليها.
    [one] نسخة أخرى في موقع لا تشرف عليه.
    [two] نسختان أخريان في مواقع لا تشرف عليها.
    [few] { $number } نسخ أخرى في مواقع لا تشرف عليها.
   *[other] { $number } نسخة أخرى في مواقع لا تشرف عليها.
}
comment-copies-too = { $verb }: { $count ->
    [zero] بلا نسخ منتظرة
    [one] النسخة المنتظرة أيضًا
    [two] النسختان المنتظرتان أيضًا
    [few] { $number } نسخ منتظرة أيضًا
   *[other] { $number } نسخة منتظرة أيضًا
}
queue-site-name = اسم الموقع
queue-sites-like-that = مواقع بهذا الاسم:
status-pending = معلّقة
status-approved = موافق عليها
status-spam = مزعجة
status-rejected = مرفوضة
status-trash = المهملات
status-all = الكل
order-newest = الأحدث أولًا
order-oldest = الأقدم أولًا
order-uncertain = الأقل يقينًا أولًا
order-spammiest = الأكثر إزعاجًا أولًا
order-abusive = الأكثر إساءة أولًا
order-decided = الأحدث قرارًا أولًا
abuse-abuse = الإساءة
abuse-seems = يبدو مسيئًا، { $percent } %
abuse-seems-kind = يبدو مسيئًا، { $percent } %: { $kind }
abuse-seems-not = لا يبدو مسيئًا، { $percent } %
abuse-no-language = لم تُقيَّم الإساءة: النموذج لا يعرف اللغة
abuse-likely = مسيء غالبًا
abuse-sure = مسيء شبه مؤكد
abuse-severe = شديد الكراهية
abuse-insult = إهانة
abuse-threat = تهديد
abuse-identity-attack = ضد هوية الناس
abuse-obscene = بذيء
abuse-sexual = جنسي
check-honeypot = ملء حقل مخفي
check-timing = إرسال أسرع أو أبطأ من اللازم
check-duplicate = النص نفسه مجددًا
check-rate = كثير من مكان واحد
check-blocklist = كلمة أو عنوان محظور
check-links = روابط كثيرة
check-language = لغة لا يعرفها Hamlet
check-copies = نسخ شبيهة في مكان آخر
queue-language = اللغة
comment-language = اللغة: { $code }
score-none = غير مقيّم
score-spam = مزعج غالبًا
score-uncertain = غير مؤكد
score-genuine = حقيقي غالبًا
score-sure-spam = مزعج شبه مؤكد
score-sure-genuine = حقيقي شبه مؤكد
score-likely = احتمال أنه مزعج
why-reviewed = هذا الموقع يراجع كل تعليق
age-now = الآن
age-minutes = قبل { $number } د
age-hours = قبل { $number } س
age-days = قبل { $number } ي

## The desk: first steps

start-title = الخطوات الأولى
start-done = تم
start-site = أضف موقعك مع عنوان صفحاته
start-page = ضع السطرين في صفحة وافتحها مرة
start-comment = استلم أول تعليق
start-mail = اضبط البريد وأرسل تجربة
start-people = ادعُ زميلًا

## The desk: block rules

blocks-title = المحظورات
blocks-what-they-are = التعليقات التي تنطبق عليها إحدى هذه القواعد تُعلَّق أو تُعدّ مزعجة، أيًا كانت درجتها. لا يُتلف شيء.
blocks-none = لا شيء محظور
blocks-how-to = افتح تعليقًا واختر «حظر» (المفتاح <kbd>b</kbd>) لحظر كاتبه أو نطاق أو شبكته أو عبارة.
blocks-added = القاعدة سارية.
blocks-what = ماذا
blocks-where = أين
blocks-does = النتيجة
blocks-until = حتى
blocks-by = أنشأها
blocks-hidden = (لا تُحفظ إلا بصمتها)
blocks-remove = إزالة
blocks-hits = طابقت مؤخرًا
blocks-hits-of = { $hits } من آخر { $all }، وُوفق على { $approved }
blocks-hit-last = آخرها { $when }
blocks-hits-none = لا شيء من آخر { $all }
blocks-import = إضافة قائمة
blocks-import-what = الكلمات المحظورة في WordPress، أو قائمة نطاقات أو عناوين، واحد في كل سطر، أو ملف حُفظ من هنا. ويُعرف نوع كل سطر من محتواه.
blocks-import-list = القائمة، واحد في كل سطر
blocks-import-try = جرّبها أولًا
blocks-import-do = إضافة القائمة
blocks-import-site = لأي موقع
blocks-import-tried = ستُضاف { $new } قاعدة، و{ $known } موجودة من قبل. كانت مجتمعةً ستطابق { $hits } من آخر { $all } تعليق، منها { $approved } موافق عليها.
blocks-imported = أُضيفت { $new } قاعدة، وكانت { $known } موجودة من قبل.
blocks-import-refused = لم يُقبل:
blocks-import-line = السطر { $line }: { $text }
blocks-export = حفظ القواعد في ملف
blocks-remove-named = إزالة القاعدة { $what }
block-title = حظر
block-what = ما يُحظر
block-word = الكلمة أو العبارة
block-phrase = كلمة أو عبارة
block-email = العنوان
block-network = الشبكة
block-domain = النطاق
block-trial = كانت ستطابق { $hits } من آخر { $all } تعليق، منها { $approved } موافق عليها.
block-then = ما يحدث لهذه التعليقات
block-holds = يراجعها شخص
block-spam = تُعدّ مزعجة
block-how-long = المدة
block-a-week = أسبوع
block-a-month = شهر
block-a-year = سنة
block-for-good = للأبد
block-note = السبب <span class="quiet">إن شئت</span>
block-everywhere = في كل المواقع
block-force = إضافتها رغم كثرة ما تطابقه
block-do = حظر
block-try = تجربة فقط

## The desk: what the last form did

flash-unchanged = لم يتغيّر شيء.
flash-noted = الملاحظة في السجل.
flash-answered = نُشر ردك.
flash-edited = تغيّر النص، والنص القديم في السجل.
flash-unedited = عاد النص كما كان قبل التغيير.
flash-erased = حُذف نهائيًا.
flash-nothing-to-undo = لا شيء من آخر يوم يمكن التراجع عنه.
flash-broken-undo = { $count ->
    [zero] تعطلت الخدمة بعد آخر تعليق.
    [one] تعطلت الخدمة قبل أن تصل إلى تعليق واحد آخر.
    [two] تعطلت الخدمة قبل أن تصل إلى تعليقين آخرين.
    [few] تعطلت الخدمة قبل أن تصل إلى { $number } تعليقات أخرى.
    [many] تعطلت الخدمة قبل أن تصل إلى { $number } تعليقًا آخر.
   *[other] تعطلت الخدمة قبل أن تصل إلى { $number } تعليق آخر.
}
flash-broken = ثم تعطلت الخدمة: بقي الباقي كما كان. حاول مجددًا.
flash-left-own = { $count ->
    [zero] لم يُترك شيء.
    [one] تُرك تعليق واحد كما هو: كنت قد غيّرته بنفسك من قبل.
    [two] تُرك تعليقان كما هما: كنت قد غيّرتهما بنفسك من قبل.
    [few] تُركت { $number } تعليقات كما هي: كنت قد غيّرتها بنفسك من قبل.
    [many] تُرك { $number } تعليقًا كما هي: كنت قد غيّرتها بنفسك من قبل.
   *[other] تُرك { $number } تعليق كما هي: كنت قد غيّرتها بنفسك من قبل.
}
flash-left = { $count ->
    [zero] لم يُترك شيء.
    [one] تُرك تعليق واحد كما هو: تغيّر في هذه الأثناء. انظر إليه مجددًا.
    [two] تُرك تعليقان كما هما: تغيّرا في هذه الأثناء. انظر إليهما مجددًا.
    [few] تُركت { $number } تعليقات كما هي: تغيّرت في هذه الأثناء. انظر إليها مجددًا.
    [many] تُرك { $number } تعليقًا كما هي: تغيّرت في هذه الأثناء. انظر إليها مجددًا.
   *[other] تُرك { $number } تعليق كما هي: تغيّرت في هذه الأثناء. انظر إليها مجددًا.
}
flash-left-by = { $count ->
    [zero] لم يغيّر { $who } شيئًا.
    [one] تُرك تعليق واحد كما هو: غيّره { $who } في هذه الأثناء. انظر إليه مجددًا.
    [two] تُرك تعليقان كما هما: غيّرهما { $who } في هذه الأثناء. انظر إليهما مجددًا.
    [few] تُركت { $number } تعليقات كما هي: غيّرها { $who } في هذه الأثناء. انظر إليها مجددًا.
    [many] تُرك { $number } تعليقًا كما هي: غيّرها { $who } في هذه الأثناء. انظر إليها مجددًا.
   *[other] تُرك { $number } تعليق كما هي: غيّرها { $who } في هذه الأثناء. انظر إليها مجددًا.
}
flash-undo-rest = التراجع عن الباقي
flash-undo-all = { $count ->
    [one] تراجع
    [two] تراجع عن الاثنين
   *[other] تراجع عن الكل: { $number }
}

## The desk: lists with a name

views-title = القوائم المحفوظة
views-what-they-are = مرشحات وترتيبات أعطيتها اسمًا. لكل منها عنوان خاص يصلح إشارة مرجعية.
views-none = لا شيء بعد
views-how-to = ضيّق قائمة الانتظار بالمرشحات، ثم احفظ القائمة باسم.
views-remove = إزالة
views-remove-named = إزالة القائمة { $name }
views-change = تغيير
views-keep = احفظ هذه القائمة
views-name = الاسم
views-keep-it = حفظ
views-too-long = هذه المرشحات أطول من أن تُحفظ.
views-too-many = لديك { $number } قائمة من قبل. أزل واحدة أولًا.

## What the desk's scripts say. "count" chooses the form of a sentence, "number" is the number as it is written.

number-separator = ,
language-name = العربية
language-direction = rtl
js-decided-approve = { $count ->
    [zero] لا تعليقات موافق عليها.
    [one] وُوفق على تعليق واحد.
    [two] وُوفق على تعليقين.
    [few] وُوفق على { $number } تعليقات.
    [many] وُوفق على { $number } تعليقًا.
   *[other] وُوفق على { $number } تعليق.
}
js-decided-spam = { $count ->
    [zero] لا تعليقات مزعجة.
    [one] عُلّم تعليق واحد مزعجًا.
    [two] عُلّم تعليقان مزعجين.
    [few] عُلّمت { $number } تعليقات مزعجة.
    [many] عُلّم { $number } تعليقًا مزعجًا.
   *[other] عُلّم { $number } تعليق مزعج.
}
js-decided-reject = { $count ->
    [zero] لا تعليقات مرفوضة.
    [one] رُفض تعليق واحد.
    [two] رُفض تعليقان.
    [few] رُفضت { $number } تعليقات.
    [many] رُفض { $number } تعليقًا.
   *[other] رُفض { $number } تعليق.
}
js-decided-trash = { $count ->
    [zero] لم يُنقل شيء إلى المهملات.
    [one] نُقل تعليق واحد إلى المهملات.
    [two] نُقل تعليقان إلى المهملات.
    [few] نُقلت { $number } تعليقات إلى المهملات.
    [many] نُقل { $number } تعليقًا إلى المهملات.
   *[other] نُقل { $number } تعليق إلى المهملات.
}
js-decided-hold = { $count ->
    [zero] لم يُعد شيء إلى القائمة.
    [one] أُعيد تعليق واحد إلى القائمة.
    [two] أُعيد تعليقان إلى القائمة.
    [few] أُعيدت { $number } تعليقات إلى القائمة.
    [many] أُعيد { $number } تعليقًا إلى القائمة.
   *[other] أُعيد { $number } تعليق إلى القائمة.
}
js-taken-back = { $count ->
    [zero] لم يُتراجع عن شيء.
    [one] تم التراجع عن تعليق واحد.
    [two] تم التراجع عن تعليقين.
    [few] تم التراجع عن { $number } تعليقات.
    [many] تم التراجع عن { $number } تعليقًا.
   *[other] تم التراجع عن { $number } تعليق.
}
js-did-approve = موافَق عليه
js-did-spam = عُلّم مزعجًا
js-did-reject = مرفوض
js-did-trash = نُقل إلى المهملات
js-did-hold = أُعيد إلى القائمة
js-verb-approve = موافقة
js-verb-spam = تعليم كمزعج
js-verb-reject = رفض
js-verb-trash = نقل إلى المهملات
js-verb-hold = إعادة إلى القائمة
js-why-abuse = إساءة
js-why-off_topic = خارج الموضوع
js-why-low_quality = لا يضيف شيئًا
js-why-private_information = معلومات خاصة
js-why-impersonation = ينتحل شخصية غيره
js-why-illegal = مخالف للقانون
js-reject-because = رفض: { $reason }
js-reject-why = رفض مع ذكر السبب
js-now-pending = معلّق
js-now-approved = موافق عليه
js-now-spam = مزعج
js-now-rejected = مرفوض
js-now-trash = في المهملات
js-line-approve = موافق عليه: { $who }
js-line-spam = مزعج: { $who }
js-line-reject = مرفوض: { $who }
js-line-trash = في المهملات: { $who }
js-line-hold = أُعيد إلى القائمة: { $who }
js-undo = تراجع
js-undo-line = تراجع: { $what }
js-close = إغلاق
js-leave-them = إلغاء
js-sure = { $verb }: { $count ->
    [zero] لا تعليقات؟
    [one] تعليق واحد؟
    [two] تعليقان؟
    [few] { $number } تعليقات؟
    [many] { $number } تعليقًا؟
   *[other] { $number } تعليق؟
}
js-sure-yes = { $verb }: { $number }
js-show = عرض
js-selected = المحدد: { $number }
js-select-all = تحديد كل المعروض
js-all-done = انتهى كل شيء هنا
js-what-else = انظر ما تبقّى
js-signed-out = انتهت جلستك.
js-sign-in = تسجيل الدخول
js-no-answer = الخدمة لا تستجيب. حاول مجددًا.
js-not-decided-approve = لم تتم الموافقة.
js-not-decided-spam = لم يُعلَّم مزعجًا.
js-not-decided-reject = لم يُرفض.
js-not-decided-trash = لم يُنقل إلى المهملات.
js-not-decided-hold = لم يُعد إلى القائمة.
js-comment-by = تعليق { $who }
js-comments = { $count ->
    [zero] لا تعليقات
    [one] تعليق واحد
    [two] تعليقان
    [few] { $number } تعليقات
    [many] { $number } تعليقًا
   *[other] { $number } تعليق
}
js-failed = لم يتم: { $what }: { $why }
js-just-back = عاد للتو. انظر مجددًا.
js-gone = لم يعد موجودًا: { $what }.
js-faster = سبقك { $who }: { $what }، الآن { $status }. انظر مجددًا.
js-faster-many = غيّر { $who } قبلك: { $what }. انظر مجددًا.
js-you-before = كنت قد غيّرت من قبل: { $what }. انظر مجددًا.
js-changed = تغيّر في هذه الأثناء: { $what }. انظر مجددًا.
js-before-you = قرر { $who } قبلك: { $did }، { $when }.
js-you-decided = قررت من قبل: { $did }، { $when }.
js-edited-before-you = غيّر { $who } النص، { $when }. اقرأه مجددًا.
js-undone-before-you = تراجع { $who } عن قرار: الآن { $status }، { $when }.
js-changed-now = تغيّر في هذه الأثناء: الآن { $status }.
js-decided-by = { $who }: { $did }، { $when }
js-changed-since = غيّره { $who } بعد ذلك: الآن { $status }.
js-changed-since-you = غيّرته أنت بعد ذلك: الآن { $status }.
js-not-taken-back = لم يتم التراجع.
js-some-not-taken-back = لم يتم لـ { $what }: { $why }
js-rest-changed = غيّر أحدهم الباقي بعد ذلك.
js-you = أنت
js-seconds-ago = قبل { $number } ث
js-minutes-ago = قبل { $number } د
js-at = في { $when }
js-select-first = اختر تعليقًا أولًا: اضغط j.
js-select-some = اختر تعليقات أولًا.
js-not-loaded = { $count ->
    [zero] تعذر تحميل التعليقات التالية.
    [one] تعذر تحميل التعليقات التالية: لم يُستخدم مفتاح واحد.
    [two] تعذر تحميل التعليقات التالية: لم يُستخدم مفتاحان.
    [few] تعذر تحميل التعليقات التالية: لم تُستخدم { $number } مفاتيح.
    [many] تعذر تحميل التعليقات التالية: لم يُستخدم { $number } مفتاحًا.
   *[other] تعذر تحميل التعليقات التالية: لم يُستخدم { $number } مفتاح.
}
js-new = جديد: { $number }، عرض
js-more = المزيد
js-open = فتح
js-undo-last = التراجع عن آخر قرار
js-keys = المفاتيح
js-what-to-do = إلى أين، أو ماذا تفعل؟
js-nothing-like-that = لا شيء بهذا الاسم
js-saved-list = قائمة
js-looking = ينظر { $who } إليه

## The desk: a comment by itself

text-invisible = { $code }: حرف غير مرئي
comment-comment = تعليق
comment-plus-speaks-for-spam-minus = الموجب يُحسب نحو الإزعاج، والسالب ضده.
comment-history = السجل
comment-judgement = التقييم
comment-author = الكاتب
comment-decided-before = قرارات سابقة
comment-checks-that-fired = فحوص نبّهت
comment-what-counted-in-the-text = ما أثّر في النص
comment-also-by-this-author = أيضًا لهذا الكاتب
comment-from-the-same-network = من الشبكة نفسها
comment-with-the-same-web-site = بالموقع نفسه
comment-note-for-the-history-with = ملاحظة <span class="quiet">للسجل، مع قرار أو وحدها</span>
comment-email = البريد
comment-website = الموقع
comment-comments = التعليقات
comment-add-note = إضافة ملاحظة
comment-next = التالي
comment-block = حظر
comment-answer = رد
comment-answer-as = ردك، يُنشر باسم { $name }
comment-answer-approves = الموافقة على التعليق المردود عليه
comment-answer-send = نشر الرد
comment-thread = المحادثة
answer-needs-address = يحتاج حسابك إلى عنوان بريد قبل أن تتمكن من الرد.
verdict-publish = نُشر فورًا
verdict-hold = عُلّق لمراجعة شخص
verdict-spam = نُحّي جانبًا كمزعج
decision-approve = موافقة
decision-spam = مزعج
decision-reject = رفض
decision-trash = مهملات
decision-hold = تعليق
history-arrived = وصل: { $to }
history-decided = قرر «{ $decision }»: الآن { $to }
history-undone = تراجع عن «{ $decision }»: { $to } من جديد
history-revealed = اطّلع على العنوان الكامل
history-edited = غيّر النص
history-edit-undone = تراجع عن تغيير النص
history-before = النص من قبل
history-noted = كتب ملاحظة
door-token = API
door-mail = بالبريد
door-client = أبلغ عنه برنامج
door-command = سطر الأوامر
door-other = أخرى
comment-show-it-whole = عرض العنوان
comment-taken-back = (تم التراجع)
comment-that-you-looked-goes-into = يُسجَّل عندئذ في السجل أنك اطّلعت.
comment-all-of-theirs-that-wait = كل تعليقاته المعلّقة

## The desk: before many are decided

confirm-these-are-all-that-match = هذه كل التعليقات المطابقة للقائمة التي أتيت منها، في كل الصفحات. يمكنك التراجع عنها دفعة واحدة خلال 30 يومًا، هنا أو تحت <a href="/desk/batches">قرارات مجمعة</a>.
confirm-leave-them = إلغاء
confirm-question = { $verb }: { $count ->
    [zero] لا تعليقات؟
    [one] تعليق واحد؟
    [two] تعليقان؟
    [few] { $number } تعليقات؟
    [many] { $number } تعليقًا؟
   *[other] { $number } تعليق؟
}
confirm-all = { $verb }: الكل وعددها { $number }

## The desk: what was decided together

batches-decided-together = قرارات مجمعة
batches-what-was-decided-about-several = ما تقرر بشأن عدة تعليقات معًا في آخر 30 يومًا. لا يمس التراجع ما قرر فيه أحدهم بعد ذلك.
batches-select-several-comments-or-all = حدد عدة تعليقات، أو كل المطابق، وقرر بشأنها: تظهر هنا.
batches-nothing-was = لا شيء بعد
batches-taken-back = تم التراجع
batches-taking-back = جارٍ التراجع عنه

## The desk: what operators did

statistics-none = لم يصل تعليق منذ أمس.
statistics-lately = { $count ->
    [zero] لم يصل تعليق منذ أمس
    [one] منذ أمس وصل تعليق واحد
    [two] منذ أمس وصل تعليقان
    [few] منذ أمس وصلت { $number } تعليقات
    [many] منذ أمس وصل { $number } تعليقًا
   *[other] منذ أمس وصل { $number } تعليق
}: { $aside } نُحّيت كمزعجة، و{ $published } نُشرت، و{ $held } تنتظر قرارًا.
statistics-at-least = { $count ->
    [zero] وصلت تعليقات منذ أمس وما زال عدّها جاريًا.
    [one] منذ أمس وصل تعليق واحد على الأقل، وما زال عدّ غيره جاريًا.
    [two] منذ أمس وصل تعليقان على الأقل، وما زال عدّ غيرهما جاريًا.
    [few] منذ أمس وصلت { $number } تعليقات على الأقل، وما زال عدّ غيرها جاريًا.
    [many] منذ أمس وصل { $number } تعليقًا على الأقل، وما زال عدّ غيرها جاريًا.
   *[other] منذ أمس وصل { $number } تعليق على الأقل، وما زال عدّ غيرها جاريًا.
}
statistics-waiting = { $count ->
    [0] لا شيء ينتظر الآن.
    [one] ينتظر الآن تعليق واحد.
    [two] ينتظر الآن تعليقان.
    [few] تنتظر الآن { $number } تعليقات.
    [many] ينتظر الآن { $number } تعليقًا.
   *[other] ينتظر الآن { $number } تعليق.
}
statistics-over = { $count ->
    [zero] اليوم
    [one] خلال يوم واحد
    [two] خلال يومين
    [few] خلال { $number } أيام
    [many] خلال { $number } يومًا
   *[other] خلال { $number } يوم
}: وصل { $came }، نُحّي { $aside } منها تلقائيًا كمزعجة؛ واستعاد الناس { $back } منها، وعدّوا { $missed } مما مرّ مزعجًا.
statistics-until = محسوبة حتى { $at } (UTC). الأيام بتوقيت UTC؛ والتعليقات المستوردة غير محسوبة.
statistics-days = { $count ->
    [zero] لا أيام
    [one] يوم واحد
    [two] يومان
    [few] { $number } أيام
    [many] { $number } يومًا
   *[other] { $number } يوم
}
statistics-period = الفترة
statistics-every-site = كل المواقع
statistics-csv = هذه المجاميع في ملف CSV
statistics-by-day = التعليقات حسب اليوم
statistics-by-day-chart = التعليقات الواردة حسب اليوم، وفوقها ما نُحّي كمزعج
statistics-decisions = القرارات حسب اليوم
statistics-decisions-chart = القرارات حسب اليوم، دون ما تم التراجع عنه
statistics-wait = الوقت حتى القرار الأول
statistics-wait-chart = التعليقات المعلّقة حسب الساعات حتى القرار الأول، إلى يوم
statistics-wait-none = لم يتقرر بعد بشأن أي تعليق معلّق.
statistics-wait-half = انتظر نصفها أقل من { $time }.
statistics-wait-half-more = انتظر أكثر من نصفها أكثر من يوم.
statistics-within = خلال
statistics-share = النسبة
statistics-minutes = { $count ->
    [zero] أقل من دقيقة
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $number } دقائق
   *[other] { $number } دقيقة
}
statistics-hours = { $count ->
    [zero] أقل من ساعة
    [one] ساعة واحدة
    [two] ساعتين
    [few] { $number } ساعات
   *[other] { $number } ساعة
}
statistics-longer = أطول
statistics-hours-axis = الساعات حتى القرار
statistics-key-came = <span class="spam">نُحّيت كمزعجة</span> <span class="ham">الباقي</span>
statistics-bar-day = { $day }: وصل { $came }، نُحّي { $aside } كمزعج
statistics-bar-decided = { $day }: { $decided } قرارات
statistics-bar-wait = بعد { $from } إلى { $to } ساعة: { $comments }
statistics-day = اليوم
statistics-came = وصلت
statistics-aside = نُحّيت
statistics-held = عُلّقت
statistics-published = نُشرت
statistics-decided = تقررت
statistics-back = تم التراجع عنها
statistics-missed = مرّت
statistics-by-site = حسب الموقع
statistics-by-page = حسب الصفحة
statistics-by-page-text = الصفحات العشرون الأكثر تعليقات.
statistics-by-language = حسب اللغة
statistics-by-because = السبب
statistics-by-because-text = ما جعل Hamlet ينشر أو يعلّق أو ينحّي.
statistics-by-reason = أسباب ذكرها الناس
statistics-site = الموقع
statistics-page = الصفحة
statistics-language = اللغة
statistics-reason = السبب
statistics-people = من قرر
statistics-people-you = ما قررته أنت
statistics-people-text = بترتيب الأسماء. «المتغيرة» هي التي قرر فيها زميل خلاف ذلك أو تراجع عنها لاحقًا؛ يرى كل شخص سطره، ويرى المديرون الجميع.
statistics-person = الشخص
statistics-changed = المتغيرة
statistics-stood = بقيت كما هي
statistics-nothing = لا شيء بعد.
statistics-nothing-text = حين تصل تعليقات ويتقرر بشأنها، يُجمع هنا ما آلت إليه بعد دقائق.
statistics-unknown = غير معروف
statistics-because-score = مزعج غالبًا حسب درجته
statistics-because-trusted = كاتب موثوق
statistics-because-trusted_not_this = كاتب موثوق، لكن ليس هذا التعليق
statistics-because-labels_too_few = علامات أقل من أن يُعتمد عليها
statistics-because-all_reviewed = الموقع يراجع كل شيء
statistics-because-few_approved = التعليقات الموافق عليها للكاتب قليلة جدًا
statistics-because-abuse = مسيء غالبًا
statistics-because-not_judged = لم يتمكن النموذج من التقييم
activity-activity = النشاط
activity-on-sites = في { $count ->
    [one] موقع واحد
    [two] موقعين
    [few] { $count } مواقع
    [many] { $count } موقعًا
   *[other] { $count } موقع
}
activity-nothing-yet = لا شيء بعد.
activity-what-operators-did = ما فعله المديرون
activity-when = متى
activity-who = من
activity-what = ماذا
activity-to-what = على ماذا
activity-more = المزيد
activity-older = الأقدم
activity-acts = الأعمال
activity-decisions = القرارات
activity-decisions-text = من قرر ماذا، الأحدث أولًا. ما لم يقرر فيه أحد بعد ذلك يمكن التراجع عنه هنا.
activity-nothing-decided = لم يتقرر شيء بعد.
activity-earlier = الأقدم
activity-decided = { $did }: تعليق { $author }
activity-undo = تراجع: { $what }
act-address-reveal = اطّلع على عنوان كامل
act-comments-export = صدّر تعليقات
act-comments-import = استورد تعليقات
act-comments-import-undo = تراجع عن استيراد
act-key-add = أنشأ مفتاح برنامج
act-key-revoke = ألغى مفتاح برنامج
act-mail-retry = أعاد محاولة إرسال رسالة
act-model-activate = شغّل نموذجًا
act-model-roll-back = عاد إلى النموذج السابق
act-model-train = بدأ تدريبًا
act-person-add = أضاف مشرفًا
act-person-change = غيّر حسابًا
act-person-link = أنشأ رابط دخول
act-person-password = عيّن كلمة مرور
act-person-remove = أزال مشرفًا
act-rule-add = أضاف قاعدة حظر
act-rule-import = أضاف قائمة قواعد حظر
act-rule-remove = أزال قاعدة حظر
act-samples-add = أضاف نصوصًا معلّمة
act-sealing-key-retire = أبطل مفاتيح التشفير القديمة
act-sealing-key-rotate = بدّل مفتاح التشفير
act-session-end-all = سجّل الخروج من كل مكان
act-site-add = أضاف موقعًا
act-site-change = غيّر موقعًا
act-site-abuse-trial = اطّلع على ما كان سيفعله التعليق بسبب الإساءة
act-site-remove = أزال موقعًا
act-subject-erase = محا بيانات شخص
act-subject-export = اطّلع على بيانات شخص
act-token-add = أنشأ رمز وصول
act-token-revoke = ألغى رمز وصول
act-webhook-add = أضاف webhook
act-webhook-remove = أزال webhook

## The desk: your account

me-your-account = حسابك
me-saved = تم الحفظ.
me-nothing-was-saved-some-of = لم يُحفظ شيء: بعضه غير صحيح.
me-ends-every-session-of-yours = ينهي كل جلساتك، بما فيها هذه، وروابط الدخول التي لم تُستخدم. أما رموز الوصول التي أنشأتها فتبقى.
me-mail-to-files = لم يُضبط خادم بريد بعد، فلا يصلك أي بريد.
me-mail-about-comments-that-wait = بريد عن التعليقات المنتظرة
me-address-and-password = العنوان وكلمة المرور
me-sessions = الجلسات
me-as-above = كما أعلاه
me-another-site = موقع آخر
me-another-hint = اسمه في العناوين: يصبح له سطر خاص أعلاه.
me-save = حفظ
me-language = اللغة
me-language-of-browser = كما في المتصفح
me-sign-out-everywhere = تسجيل الخروج من كل مكان
me-name = الاسم
me-other-moderators-see-it-beside = يراه المشرفون الآخرون بجانب ما تقرره.
me-new-address = عنوان جديد
me-leave-it-empty-to-keep = اتركه فارغًا للإبقاء على عنوانك.
me-new-password = كلمة مرور جديدة
me-at-least-10-characters-it = 10 أحرف على الأقل. ستُسجَّل خارجًا في كل مكان آخر.
me-present-password = كلمة المرور الحالية
me-needed-to-change-the-address = لازمة لتغيير العنوان أو كلمة المرور.

## The desk: a site

site-settings = <a href="/desk/settings">الإعدادات</a>
site-saved = تم الحفظ.
site-nothing-was-saved-some-of = لم يُحفظ شيء: بعضه غير صحيح.
site-otherwise-it-is-judged-and = وإلا فإنه يُقيَّم ويُنسى. <a href="/desk/settings#keys">مفاتيحها</a> ضمن الإعدادات.
site-on-your-pages = في صفحاتك
site-snippet-hint = ضع هذين السطرين حيث ينبغي أن تظهر التعليقات، ثم افتح تلك الصفحة مرة واحدة.
site-what-scores-do = ما تفعله الدرجات
site-what-counts-as-evidence = ما يُعدّ دليلًا
site-programs-that-ask-about-comments = البرامج المتصلة
site-name = الاسم
site-origins-of-its-pages-one = عناوين صفحاته، واحد في كل سطر
site-origins-hint = صفحات هذه العناوين وحدها يمكنها عرض تعليقاته وإرسالها من متصفح.
site-origin-proposed = كُتب <bdi>{ $origin }</bdi> أدناه ولم يُحفظ بعد. احفظه إن كان لك.
site-save = حفظ
site-remove = إزالة هذا الموقع
site-remove-text = يزول مع تعليقاته ونماذجه وقواعده ومفاتيحه وإعداداته: فورًا، للجميع ونهائيًا.
site-remove-type = اكتب ⁦{ $name }⁩ لتأكيد ذلك
site-remove-mismatch = ليس هذا اسم الموقع المراد إزالته. ما زال موجودًا.
site-a-comment-without-a-form = التعليق بلا رمز نموذج يُحسب نحو الإزعاج
site-what-they-ask-about-is = ما تسأل عنه يُحفظ ليُراجع هنا
site-careful = حذر
site-balanced = متوازن
site-strict = صارم
site-spam-proposed = كُتب { $percent } % أدناه ولم يُحفظ بعد.
site-spam-from = مزعج ابتداءً من
site-a-score-from-0-to = عند هذه الدرجة أو فوقها يُنحّى التعليق كمزعج: من 1 إلى 100.
site-authors-are-trusted-after = يوثق بالكتّاب بعد
site-so-many-comments-of-theirs = هذا العدد من تعليقاتهم التي وافق عليها شخص، كل منها أُرسل من متصفح واحد وبعنوان واحد. بعدها تُنشر تعليقاتهم فورًا ما لم يدل شيء ضدها ولم تتضمن روابط جديدة. فارغ: لا يوثق بأحد، ويرى شخص كل تعليق.
site-published-at-once-below = يُنشر فورًا تحت
site-a-trusted-author-s-comment = تعليق كاتب موثوق بدرجة أدنى لا يحتاج إلى مراجعة: دون التي قبلها.
site-links = الروابط
site-more-in-one-comment-speak = ما زاد عليها في تعليق واحد يدل على الإزعاج.
site-seconds = ثوانٍ
site-a-form-sent-sooner-after = النموذج المرسل أسرع من ذلك بعد فتحه يُحسب نحو الإزعاج.
site-hours = ساعات
site-a-form-sent-later-after = وكذلك النموذج المرسل بعد فتحه بأكثر من ذلك.
site-keeping = مدة الحفظ
site-spam-days = أيام المزعج
site-so-many-days-after = بعد هذا العدد من الأيام من عدّه مزعجًا يُحذف نهائيًا؛ ويبقى ما تعلمته النماذج منه. فارغ: أبدًا.
site-trash-days = أيام المهملات
site-likewise-the-trash = وكذلك ما في المهملات.
site-pages = عناوين الصفحات
site-trailing-slash = الشرطة المائلة في النهاية
site-slash-kept = تُحتسب: ⁦/post⁩ و⁦/post/⁩ صفحتان
site-slash-added = موجودة دائمًا: ⁦/post⁩ هي ⁦/post/⁩
site-slash-removed = غير موجودة أبدًا: ⁦/post/⁩ هي ⁦/post⁩
site-drop-index = ⁦/post/index.html⁩ هي ⁦/post/⁩
site-parameters = المعاملات التي تميّز الصفحات
site-parameters-hint = مثل p، تفصل بينها مسافات؛ شرطة وحدها: لا شيء. فارغ: كلها عدا التي تذكر من أين جاء القارئ (utm_source وfbclid وغيرهما). حين يتغير هذا تنتقل التعليقات إلى حيث صفحتها الآن.
site-proof-of-work = إثبات العمل
site-zero-bits-1-to-24 = مقدار ما يعمله متصفح المرسل قبل أن يتمكن من الإرسال: من 1 إلى 24 بت، و16 تستغرق لحظة. فارغ: لا شيء.
site-abuse = مدى إساءة التعليقات
site-abuse-off = لا يُحسب
site-abuse-show = يُعرض للمشرفين
site-abuse-hold = يُعرض، وتُعلّق التعليقات التي تبدو مسيئة ليراجعوها
site-abuse-hint = قبل أن يُعلَّق شيء، انظر ما كان سيفعله.
site-abuse-from = تعليق ابتداءً من
site-abuse-from-hint = من 50 إلى 100. لا يُنشر بها شيء ولا يُنحّى ولا يُهمل.

## The desk: settings

settings-settings = الإعدادات
settings-none-a-program-that-moderates = لا شيء. البرنامج الذي يشرف أو يستورد يسجل الدخول بأحدها.
settings-send-me-a-test-mail = أرسل إليّ رسالة تجربة
settings-mail-how = يُسلَّم البريد بمجرد أن يذكر <code>mail.url</code> (أو <code>HAMLET_MAIL__URL</code>) خادم بريد، مثل <code>smtp://user:password@mail.example.org</code>، ويُعاد تشغيل Hamlet. وفي <code>docs/mail.md</code> وصفات للمزوّدين المعتادين.
settings-none-everything-was-delivered-or = لا شيء: سُلّم كل شيء، أو ما زالت المحاولة جارية.
settings-sites = المواقع
settings-moderators = المشرفون
settings-tokens-for-programs = رموز وصول للبرامج
settings-mail-that-was-given-up = رسائل لم تُسلَّم
settings-name-in-addresses = الاسم في العناوين
settings-slug-hint = أحرف لاتينية صغيرة وأرقام وواصلات، مثل my-blog. يظهر في السطرين اللذين تضعهما في صفحاتك.
settings-name-for-people = الاسم للناس
settings-origins-of-its-pages = عناوين صفحاته
settings-origins-hint = ما تبدأ به، مثل https://example.org، بلا مسار. إن كانت عدة، فبمسافة بينها.
settings-name = الاسم
settings-email = البريد الإلكتروني
settings-role = الدور
settings-every-site = كل موقع، بما فيها ما يُضاف لاحقًا
settings-only-these = هذه فقط
settings-find-a-site = عدد المواقع { $number }. ابحث بالاسم:
settings-find = بحث
settings-nothing-done = لم يُنفذ شيء: بعضه غير صحيح.
settings-what-it-is-for = الغرض منه
settings-add-a-site = إضافة موقع
settings-add-a-moderator = إضافة مشرف
settings-make-a-token = إنشاء رمز وصول
settings-moderator-decides-about-comments = مشرف: يقرر بشأن التعليقات
settings-operator-runs-the-place-too = مدير: يدير النظام أيضًا
settings-moderator = مشرف
settings-operator = مدير
settings-site = الموقع
settings-its-pages = صفحاته
settings-what-to-do = <span class="away">ما العمل</span>
settings-owner = المالك
settings-last-used = آخر استخدام
settings-mail = البريد
settings-to = إلى
settings-from = من
settings-why = السبب
settings-add-the-site = إضافة الموقع
settings-sign-in-link = رابط دخول
settings-remove = إزالة
settings-add-the-moderator = إضافة المشرف
settings-revoke = إلغاء
settings-make-the-token = إنشاء رمز الوصول
settings-try-again = إعادة المحاولة
settings-none-named-no-browser-of = لا شيء بعد: لا يمكن لأي صفحة أن ترسل هنا
settings-you = أنت
settings-link-for = إنشاء رابط دخول لـ { $name }
settings-remove-named = إزالة { $name }
settings-revoke-named = إلغاء { $name }
settings-try-again-named = إعادة المحاولة: { $kind } إلى { $to }
settings-tokens-end = ينتهي رمز الوصول مع حساب من أنشأه، ولا يحق له أكثر مما يحق له.
settings-ownerless = { $count ->
    [zero] صاحب كل رمز يعمل معروف.
    [one] رمز واحد يعمل ولا يُعرف من أنشأه: استبدله ثم ألغه.
    [two] رمزان يعملان ولا يُعرف من أنشأهما: استبدلهما ثم ألغهما.
    [few] { $number } رموز تعمل ولا يُعرف من أنشأها: استبدلها ثم ألغها.
   *[other] { $number } رمزًا تعمل ولا يُعرف من أنشأها: استبدلها ثم ألغها.
}
settings-never = أبدًا
settings-gone = لم يعد موجودًا
settings-all-sites = كل المواقع
settings-sent-link = أرسل هذا الرابط إلى { $name }: يسجل دخوله مرة واحدة خلال يوم، ولن يُعرض مجددًا.
settings-person-removed = أُزيل. ويبقى الاسم في السجل.
settings-token-made = يُرسل هكذا: “Authorization: Bearer …”. ولن يُعرض مجددًا.
settings-token-revoked = أُلغي رمز الوصول.
settings-site-added = أُضيف.
settings-site-removed = أُزيل الموقع.
settings-choose-sites = اختر موقعًا واحدًا على الأقل، أو كل المواقع.
settings-mail-address = ليس لحسابك عنوان يمكن قراءته: أضف له عنوانًا تحت اسمك.
settings-mail-not-sent = لم تُرسل: { $why }.
settings-mail-in-folder = هي الآن ملف في المجلد ولا تصل إلى أحد: اضبط mail.url على خادم بريد، كما في docs/mail.md.
settings-mail-taken = استلمه خادم البريد ليسلمه إلى { $to }. انظر هل يصل، وإلى أي مجلد.
settings-mail-retried = تُعاد المحاولة فورًا، وتستمر كما لو كانت رسالة جديدة.
settings-letter-queue = تعليقات منتظرة
settings-letter-confirm = سؤال عن الردود
settings-letter-reply = رد
me-mail-each = فور وصولها
me-mail-hourly = مرة كل ساعة
me-mail-daily = مرة كل يوم
me-mail-never = أبدًا
settings-revoked = مُلغى
settings-blog = blog
settings-https-example-org = https://example.org
settings-tokens = رموز الوصول

## The desk: settings: programs

programs-none-wordpress-and-others-that = لا شيء. يسأل WordPress وغيره ممن يتكلم بروتوكول Akismet هنا بدلًا منه، بمفتاح لموقع.
programs-a-key-judges-and-reports = المفتاح يقيّم ويبلّغ لموقعه، ولا يقدر على غير ذلك. أما حفظ الموقع لما يُسأل عنه فمن إعدادات الموقع.
programs-none-a-program-of-yours = لا شيء. يمكن إبلاغ برنامج لك بما يحدث في موقع.
programs-in-the-public-internet-or = على الإنترنت العام، أو شبكة يسمح بها الإعداد.
programs-programs-that-ask-about-comments = البرامج المتصلة
programs-webhooks = Webhooks
programs-program = البرنامج
programs-site = الموقع
programs-address = العنوان
programs-make-a-key = إنشاء مفتاح
programs-add-a-webhook = إضافة webhook
programs-its-comments-are = تعليقاته
programs-last-used = آخر استخدام
programs-what-to-do = <span class="away">ما العمل</span>
programs-told-of = يُبلَّغ عن
programs-last-took = آخر ما استلمه
programs-not-taken = لم يُستلم
programs-revoke = إلغاء
programs-make-the-key = إنشاء المفتاح
programs-remove = إزالة
programs-add-the-webhook = إضافة webhook
programs-told-when = يُبلَّغ عند
programs-revoked = مُلغى
programs-nothing = لا شيء
programs-keys = المفاتيح
programs-wordpress = WordPress
programs-revoke-named = إلغاء مفتاح { $name }
programs-remove-named = إزالة webhook { $url }
programs-backlog = { $queued } في الانتظار، { $dead } متروكة
programs-callbacks = نداءات { $site }: { $queued } في الانتظار{ $dead ->
    [0] { "" }
   *[other] ، { $dead } متروكة
} ({ $why }).
programs-not-tried = لم تُجرَّب بعد
programs-key-made = أدخله في البرنامج بجانب عنوان هذه الخدمة. ولن يُعرض مجددًا.
programs-key-revoked = أُلغي المفتاح.
programs-judged-only = تُقيَّم فقط
programs-kept = تُحفظ للمراجعة
programs-webhook-made = تُوقَّع الرسائل بهذا السر وفق Standard Webhooks. ولن يُعرض هنا مجددًا.
programs-webhook-removed = أُزيل، ومعه ما كان لا يزال سيُبلَّغ.
programs-nothing-yet = لا شيء بعد
event-comment-received = وصل تعليق
event-comment-decided = تقرر بشأن تعليق
event-comment-edited = تغيّر نص تعليق
event-model-activated = صار نموذج آخر يقيّم
programs-https-example-org-hook = https://example.org/hook

## The desk: privacy

privacy-privacy = الخصوصية
privacy-make-sure-that-it-is = تأكد من أنه هو من يطلب. يُرسل العنوان في النموذج فقط، ولا يظهر في أي سجل ولا في تاريخ المتصفح.
privacy-they-have-an-account-as = له حساب مشرف، ويبقى: تجده في <a href="/desk/settings">الإعدادات</a>.
privacy-nothing-yet-what-is-erased = لا شيء بعد. يُدوَّن هنا ما مُحي مع من فعله ومقداره، لا لمن كان.
privacy-what-is-held-about-a = ما يُحفظ عن شخص
privacy-held = محفوظ
privacy-nothing-held = لا شيء محفوظ عن هذا العنوان.
privacy-only-account = لا شيء محفوظ عن هذا العنوان سوى حساب المشرف، وهو ضمن <a href="/desk/settings">الإعدادات</a>.
privacy-comments-on = تعليقات في { $site }، <span class="status { $class }">{ $status }</span>
privacy-be-sure = أكّد أنك متأكد: لا يمكن التراجع عن المحو.
privacy-erased = مُحي: { $what }.
privacy-account-stays = حساب المشرف ما زال موجودًا: أزله من الإعدادات.
privacy-amount-comments = { $count ->
    [zero] لا تعليقات
    [one] تعليق واحد
    [two] تعليقان
    [few] { $number } تعليقات
    [many] { $number } تعليقًا
   *[other] { $number } تعليق
}
privacy-amount-samples = { $count ->
    [zero] لا نصوص معلّمة
    [one] نص معلّم واحد
    [two] نصان معلّمان
    [few] { $number } نصوص معلّمة
    [many] { $number } نصًا معلّمًا
   *[other] { $number } نص معلّم
}
privacy-amount-subscriptions = { $count ->
    [zero] لا اشتراكات
    [one] اشتراك واحد
    [two] اشتراكان
    [few] { $number } اشتراكات
    [many] { $number } اشتراكًا
   *[other] { $number } اشتراك
}
privacy-amount-mails = { $count ->
    [zero] لا رسائل
    [one] رسالة واحدة
    [two] رسالتان
    [few] { $number } رسائل
   *[other] { $number } رسالة
}
privacy-amount-none = لا شيء
privacy-erased-before = مُحي من قبل
privacy-email = البريد الإلكتروني
privacy-what = ماذا
privacy-how-many = العدد
privacy-when = متى
privacy-by = من قام به
privacy-look-it-up = البحث عنه
privacy-download-all-of-it = تنزيل كل ذلك
privacy-erase-all-of-it = محو كل ذلك
privacy-labelled-texts-and-what-models = نصوص معلّمة، وما تعلمته النماذج منها
privacy-subscriptions-to-replies = اشتراكات في الردود
privacy-mails-to-them = رسائل إليه
privacy-damaged-rows-which-cannot-be = صفوف تالفة لا يمكن قراءتها
privacy-it-cannot-be-undone-and = لا يمكن التراجع عنه، وأنا متأكد

## The desk: the model

model-model = النموذج
model-caught = آخر 30 يومًا: نُحّي { $aside } كمزعج تلقائيًا، وتراجع الناس عن { $back } منها؛ وفات { $missed } عدّها الناس مزعجة.
model-none-yet-a-training-takes = لا شيء بعد. يأخذ التدريب ما قرره المشرفون وما استُورد أو أُرسل، ويقارن النموذج الجديد بالحالي على عينات لم يرها أي منهما.
model-all-of-it-counts = كله يُحتسب.
model-no-labels-yet-each-approval = لا علامات بعد. كل موافقة وكل قرار بالإزعاج علامة.
model-labels-are-counted-and-capped = تُعدّ العلامات وتُحدّ باسمه. إن تُرك فارغًا فهو اسمك.
model-drawings-of-the-last-1 = تظهر هنا رسوم بيانية لآخر 1,000 تعليق.
model-spam-caught-genuine-blocked = <span class="spam">مزعج ضُبط</span> <span class="ham">حقيقي حُجب</span>
model-stands-as-spam-anything-else = <span class="spam">مزعج</span> <span class="ham">غير ذلك</span>
model-nobody-has-decided-about-these = لم يقرر أحد بشأن هذه بعد.
model-each-dot-is-a-tenth = كل نقطة عُشر الدرجات: أفقيًا ما كان متوقعًا؛ وعموديًا نسبة ما عدّه الناس مزعجًا. على الخط تعني الدرجات ما تقول.
model-marked-as-spam-approved = <span class="spam">عُلّم مزعجًا</span> <span class="ham">موافق عليه</span>
model-questions = ما تجيب عنه النماذج
model-spam = الإزعاج
model-abuse = الإساءة
model-abuse-is-evidence = تُعرض درجة الإساءة على الناس. وهي وحدها لا تنشر شيئًا ولا تنحّيه ولا تهمله.
model-abuse-labels = كل موافقة علامة، وكل رفض بسبب «إساءة».
model-judges-now = المستخدم الآن
model-class-ham = حقيقي
model-class-spam = مزعج
model-class-clean = غير مسيء
model-class-abuse = مسيء
model-since = { $ham } { $clean }، { $spam } { $against }
model-since-few = { $ham } { $clean }، { $spam } { $against }؛ ويلزم { $minimum } من كل منهما قبل أن تُحتسب
model-too-few = يلزم لتدريب نموذج خاص بالموقع { $needed } علامة من كل صنف؛ والموجود { $ham } { $clean } و{ $spam } { $against }.
model-spam-labels = كل موافقة وكل قرار بالإزعاج علامة.
model-asked-by = طلبه { $who }، { $when }
model-put-into-use-by = شغّله { $who }
model-held-out = على { $ham } { $clean } و{ $spam } { $against } من العينات المحجوزة، عند العتبة { $threshold }؛ ودُرّب على { $trained_ham } و{ $trained_spam }
model-repeated = { $records }، منها { $repeated } تكرر غيرها
model-over-cap = { $count ->
    [zero] لا شيء فوق ما يُحتسب من مصدر واحد دفعة واحدة؛ يأخذها التدريب القادم
    [one] واحدة فوق ما يُحتسب من مصدر واحد دفعة واحدة؛ يأخذها التدريب القادم
   *[other] { $number } فوق ما يُحتسب من مصدر واحد دفعة واحدة؛ يأخذها التدريب القادم
}
model-refused = لم يُحفظ منه شيء.
model-line = السطر { $line }
model-file-hint = CSV أو TSV مع صف عناوين، أو أسطر JSON: <code>text</code> و<code>label</code> (<code>{ $against }</code> أو <code>{ $clean }</code>)، وإن عُرفت <code>name</code> و<code>email</code> و<code>website</code>، و<code>site</code> إن لم يكن { $site }. بحد أقصى { $max } MiB. يُحتسب كله، أو لا شيء منه إن كان سطر غير صحيح.
model-what-if = لآخر { $judged } تعليق، قرر الناس بشأن { $decided } منها. عتبة الموقع { $threshold }.
model-part-of = { $part } من { $all }
model-use-it = استعمل هذه العتبة
model-use = استعمل { $threshold }
model-would = تُنحّى { $aside }: يُضبط { $caught } من { $spam } مزعجة، ويُحجب { $blocked } من { $ham } حقيقية.
model-abuse-would = تُعلَّق { $held }: منها { $approved } وافق عليها الناس، و{ $rejected } رُفضت.
model-said-begun = التدريب ينتظر دوره.
model-said-under-way = هناك تدريب جارٍ لهذا الموقع.
model-said-active = النموذج قيد الاستخدام.
model-said-back = عاد النموذج السابق إلى الاستخدام.
model-said-nothing-before = لا نموذج يمكن الرجوع إليه.
model-said-seen = سُجّل أنك اطّلعت: يمكن للموقع الآن أن يعلّق بسبب الإساءة.
model-said-refused = لا يجتاز المعيار: الأسباب مذكورة أسفله.
model-status-queued = في الانتظار
model-status-training = قيد التدريب
model-status-failed = فشل
model-status-candidate = مرشّح
model-status-live = مستخدم
model-status-retired = متقاعد
model-phase-waiting = ينتظر دوره
model-phase-reading = يقرأ العينات
model-phase-fitting = يضبط النموذج
model-phase-measuring = يقارنه بالمستخدم
model-phase-done = تم
model-figure-auc = المساحة تحت ROC
model-figure-log-loss = الخسارة اللوغاريتمية
model-figure-calibration = خطأ المعايرة
model-trainings-and-models = التدريبات والنماذج
model-samples = العينات
model-no-comment-was-judged-yet = لم يُقيَّم أي تعليق بعد
model-what-a-threshold-would-do = ما كانت ستفعله عتبة
model-scores = الدرجات
model-calibration = هل تعني الدرجات ما تقول؟
model-decisions-30-days = القرارات، 30 يومًا
model-labelled-data-from-elsewhere = بيانات معلّمة من مكان آخر
model-name-of-this-data = اسم هذه البيانات
model-file = الملف
model-version = الإصدار
model-labels-since = العلامات منذئذ
model-records = السجلات
model-new-labels = علامات جديدة
model-changed = متغيرة
model-unchanged = غير متغيرة
model-for-later = لوقت لاحق
model-figure = القيمة
model-this-model = هذا النموذج
model-live-then = السابق
model-came-by = المصدر
model-came-decision = القرارات
model-came-import = الاستيراد
model-came-feedback = بلاغات البرامج
model-came-samples = بيانات من مكان آخر
model-class = الصنف
model-labels = العلامات
model-in-use = مستخدم
model-threshold = العتبة
model-put-aside = نُحّي
model-spam-caught = مزعج ضُبط
model-genuine-blocked = حقيقي حُجب
model-show = عرض
model-train-a-model = تدريب نموذج
model-back-to-the-one-before = العودة إلى السابق
model-use-the-shipped-one = استخدام المرفق
model-put-it-into-use = تشغيله
model-take-it-in = رفعها
model-site = الموقع
model-look-again = النظر مجددًا
model-verdict-use = ليس أسوأ من المستخدم على تعليقات لم يرها أي منهما: شغّله.
model-verdict-keep = ليس أفضل من المستخدم: أبقِ ذاك.
model-evaluation-report = تقرير التقييم
model-progress = التقدم
model-share-of-the-spam-caught = نسبة المزعج المضبوط والتعليقات الحقيقية المحجوبة، حسب العتبة
model-share-that-was-spam-by = نسبة ما كان مزعجًا، حسب الدرجة
model-although-it-does-not-pass = مع أنه ليس أفضل
model-how-many-comments-had-which = كم تعليقًا نال كل درجة
chart-score = الدرجة
chart-share = النسبة
chart-share-of-spam = نسبة ما كان مزعجًا
chart-comments = التعليقات
chart-decisions = القرارات
chart-days = الأيام قبل الآن
chart-score-bin = { $from } إلى { $to } %: { $spam } مزعجة، { $other } غيرها
chart-day = { $ago ->
    [0] اليوم
    [one] قبل يوم
    [two] قبل يومين
    [few] قبل { $ago } أيام
    [many] قبل { $ago } يومًا
   *[other] قبل { $ago } يوم
}: { $approved } موافق عليها، { $spam } عُلّمت مزعجة
chart-calibration-dot = متوقع { $expected } %، وكان { $found } % مزعجًا ({ $all })
model-decisions-of-the-last-30 = قرارات آخر 30 يومًا
model-abuse-trial = ما كان سيفعله التعليق بسبب الإساءة
model-abuse-of = لآخر { $comments } تعليق لم تُنحَّ كمزعجة. عتبة الموقع { $threshold }. التعليقات بلغات لا يعرفها النموذج لا تُعلَّق أبدًا.
model-abuse-held = تُعلَّق
model-abuse-published = نُشرت فورًا
model-abuse-approved = وافق عليها الناس
model-abuse-rejected = رفضها الناس
model-abuse-seen = اطّلع { $by } على هذا، { $when }.
model-abuse-unseen = لم يقل أحد بعد إنه اطّلع: وحتى ذلك لا يمكن للموقع أن يعلّق بسببه.
model-abuse-look = لقد اطّلعت عليه

## The desk: sentences with something in them

queue-search-behind = { $count ->
    [zero] كل التعليقات في فهرس البحث.
    [one] تعليق واحد ليس في فهرس البحث بعد، ولم يُبحث فيه.
    [two] تعليقان ليسا في فهرس البحث بعد، ولم يُبحث فيهما.
    [few] { $count } تعليقات ليست في فهرس البحث بعد، ولم يُبحث فيها.
    [many] { $count } تعليقًا ليست في فهرس البحث بعد، ولم يُبحث فيها.
   *[other] { $count } تعليق ليست في فهرس البحث بعد، ولم يُبحث فيها.
}
queue-elsewhere = في أماكن أخرى:
queue-no-match = لا تعليق تحت «{ $label }» يطابق هذه المرشحات. <a href="/desk?status={ $status }">عرض الكل</a>.
queue-matching = كل المطابق وعدده <span id="total">{ $total }</span>، في كل الصفحات
queue-marks = التظليل
queue-select = تحديد تعليق { $name }
comment-for-good = حذف نهائي
comment-deleted-on = يُحذف في { $day }، حسب إعدادات الموقع. ويبقى ما تعلمته النماذج منه.
comment-it-cannot-be-undone = أعلم أنه لا يمكن التراجع عنه
comment-delete-it = حذف هذا التعليق
comment-erase-its-author = محو كاتبه
comment-what-is-erased = الحذف يزيل التعليق مع سجله والرسائل عنه وما تعلمته النماذج منه. ومحو كاتبه يزيل كل ما هو محفوظ عنه، في كل المواقع.
comment-was = كان القرار: { $verdict }. { $because }.
comment-model = النموذج { $model }
activity-kept = يُحفظ { $days } يومًا. أما القرارات بشأن التعليقات فهي في سجل كل تعليق.
me-every-other-site = كل موقع بلا اختيار أدناه
me-how-often = كم مرة
me-address = عنوانك { $email }.
batches-undo-all = التراجع عن الكل: { $count }

## Changing what a comment says

comment-edit = تحرير
comment-edited = معدّل
edit-title = تحرير التعليق
edit-text = ما يقوله
edit-reason = السبب، للسجل
edit-save = حفظ التغيير
edit-now = ما يقوله الآن
edit-changed = غيّر { $who } التعليق في هذه الأثناء. نصك أدناه؛ وحفظه يحل محل ما يقوله التعليق الآن.
edit-readers-see = يرى القراء أن التعليق حُرِّر، لا ما كان يقوله من قبل. ويرى المشرفون كليهما.
edit-readers-see-both = يرى القراء أن التعليق حُرِّر، ويمكنهم قراءة ما كان يقوله من قبل.
activity-edited = غيّر نص { $author }
site-readers = ما يراه القراء
site-show-edits = يمكن للقراء رؤية ما كان يقوله التعليق قبل أن يغيّره مشرف
read-edited = معدّل
edits-title = ما كان يقوله التعليق من قبل
edits-what = غيّره مشرف. هذه نصوصه السابقة، الأقدم أولًا.
edits-until = حتى
key-edit = تحرير ما يقوله التعليق

## What comes from below in English, because programs read it too. A sentence of this group is found by its English text.

fault-required = هذا الحقل مطلوب.
fault-too-long = الحد الأقصى { $max } حرفًا.
fault-control = لا يُسمح بأحرف التحكم.
fault-email = ليس هذا عنوان بريد إلكتروني.
fault-website = ليس هذا عنوان موقع.
fault-slug = استخدم من 1 إلى 63 من الأحرف اللاتينية الصغيرة والأرقام والشرطات الداخلية.
fault-slug-taken = لموقع آخر هذا الاسم.
fault-origins = { $max } عنوان مصدر كحد أقصى.
fault-origin = اكتبه مثل https://example.org، بلا مسار.
fault-present-password = ليست هذه كلمة مرورك الحالية.
fault-password-short = استخدم { $min } أحرف على الأقل.
fault-address-taken = لمشرف آخر هذا العنوان.
fault-operator-sites = المدير يدير كل المواقع: لا تذكر أيًا منها.
fault-no-such = غير موجود: { $what }.
fault-what-site = موقع
fault-what-comment = تعليق
fault-what-page = صفحة
fault-what-moderator = مشرف
fault-what-model = نموذج
fault-what-import = استيراد
fault-what-rule = قاعدة حظر
fault-what-status = حالة
fault-what-reason = سبب
fault-page-origin = هذه الصفحة ليست على أحد عناوين مصدر الموقع.
fault-page = الصفحة عنوان ويب كامل أو مسار يبدأ بشرطة مائلة.
fault-parameters = 50 اسم معامل كحد أقصى، مثل p، بلا & و= و# ومسافات.
fault-same-page = هذه هي الصفحة نفسها.
fault-same-text = النص كما كان.
fault-above-zero = يجب أن يكون أكبر من 0 و{ $to } على الأكثر.
fault-above-zero-or-absent = يجب أن يكون أكبر من 0 و{ $to } على الأكثر، أو فارغًا.
fault-below-spam = يجب أن يكون من 0 إلى ما دون عتبة الإزعاج.
fault-least-or-absent = يجب أن يكون { $from } على الأقل، أو فارغًا.
fault-range-or-absent = يجب أن يكون من { $from } إلى { $to }، أو فارغًا.
fault-range = يجب أن يكون من { $from } إلى { $to }.
fault-look-first = انظر أولًا ما كان سيفعله بآخر تعليقات هذا الموقع: في صفحة النموذج، أو بطلب POST إلى { $path }، أو بالأمر `hamlet site abuse-trial`.
fault-rule-empty = لا شيء مرئي في هذا.
fault-rule-domain = ليس هذا نطاقًا مثل example.org.
fault-rule-network = ليس هذا عنوانًا ولا شبكة مثل { $example }.
fault-rule-over = انقضى هذا الوقت.
fault-form-token = يطلب هذا الموقع رمز نموذج مع إثبات عمل.
fault-form-old = بقي النموذج مفتوحًا أطول من اللازم؛ أعد تحميله.
fault-work = ليس هذا إثبات العمل المطلوب.
fault-work-used = استُخدم إثبات العمل هذا من قبل؛ أعد تحميل النموذج.
fault-no-parent = لا يوجد تعليق كهذا في هذه الصفحة.
fault-too-many = وردت من هنا تعليقات كثيرة؛ حاول لاحقًا.
fault-no-files = لا تُقبل الملفات.
fault-utf8 = ليس هذا UTF-8: تأكد من أنه يظهر كما كتبته.
fault-twice = الحقل موجود مرتين.
fault-invalid = بعض ما أُرسل غير صحيح.
fault-stale-form = النموذج قديم. أعد تحميل الصفحة وكرر.
fault-operators-page = المديرون وحدهم يمكنهم رؤية هذه الصفحة.
fault-last-operator = هذا آخر مدير: لن يبقى من يدير النظام.
fault-other-site = أُرسل هذا النموذج من موقع آخر.
fault-unavailable = لا تستطيع الخدمة فعل ذلك الآن. لم يُحفظ شيء؛ حاول مجددًا.
fault-busy = عمليات بحث كثيرة جارية، أو أن هذا البحث استغرق طويلًا. حاول بعد لحظة، أو ضيّق البحث.
fault-changed = غيّر أحدهم التعليق في هذه الأثناء. انظر إليه مجددًا.
fault-unsure = لم تؤكد في النموذج أنك متأكد.
fault-method = يقبل هذا العنوان طرقًا أخرى: انظر Allow.
fault-too-large = الحد الأقصى { $limit } بايت.
fault-no-record = لا سجل فيه.
fault-no-label = بلا علامة: { $against } أو { $clean }
fault-no-text = بلا نص
fault-unknown-site = يذكر موقعًا غير موجود
fault-mail-late = لم يستجب خادم البريد في الوقت المناسب
fault-mail-answered = أجاب خادم البريد { $code }
fault-mail-hung-up = قطع خادم البريد الاتصال أو لا يمكن فهم جوابه
fault-mail-tls = فشل TLS مع خادم البريد: { $why }
fault-mail-unable = لا يستطيع خادم البريد فعل اللازم: { $why }
fault-mail-unreachable = لا يمكن الوصول إلى خادم البريد: { $why }
fault-gate-few-labels = يوجد { $ham } علامة { $clean } و{ $spam } علامة { $against }؛ يلزم { $needed } على الأقل من كل منهما لتدريب نموذج.
fault-gate-one-sided = العلامات منحازة: { $fewer } فقط من { $all } هي «{ $name }». النموذج المدرَّب عليها لن يعرف تقريبًا ما هو «{ $again }».
fault-gate-same-text = علامات «{ $name }» كلها عن نص واحد تقريبًا، وهو محجوز للقياس: علّم نصوصًا أكثر تنوعًا.
fault-gate-few-samples = حُجزت للقياس { $ham } عينة { $clean } و{ $spam } عينة { $against } فقط؛ وبأقل من { $few } من كل منهما لا يمكن قول شيء.
fault-gate-catches-less = يضبط من «{ $against }» أقل من النموذج المستخدم: { $new } % بدلًا من { $old } %.
fault-gate-blocks-more = يحجب خطأً أكثر من النموذج المستخدم: { $new } % من «{ $clean }» بدلًا من { $old } %.
fault-gate-calibration = لا يُعتمد على احتمالاته: تحيد في المتوسط { $error }، وأقصى المقبول { $limit }.
fault-gate-poor = لا يكاد يميّز «{ $against }» من «{ $clean }» في الموقع (المساحة تحت المنحنى { $auc }): العلامات متناقضة.
fault-gate-swapped = تقول العلامات عكس ما يقرؤه النموذج المرفق في النصوص (المساحة تحت المنحنى { $auc }): هل عُكس «{ $against }» و«{ $clean }»؟
fault-gate-source = { $contradicted } من { $labels } علامة من «{ $name }» عكس ما تعلّمه كل العلامات الأخرى: راجع ذلك المصدر.
fault-class-ham = حقيقي
fault-class-spam = مزعج
fault-class-clean = غير مسيء
fault-class-abuse = مسيء
fault-rule-broad = { $summary } ينطبق هذا على كل شيء تقريبًا.
fault-rule-broad-line = { $summary } ينطبق هذا على كل شيء تقريبًا.
fault-rule-trial = كانت ستطابق { $hits } من آخر { $all } تعليق، منها { $approved } موافق عليها.
fault-number = ليس هذا رقمًا مناسبًا هنا.
fault-choose-file = اختر ملفًا أولًا.
fault-standing-broken = لا يمكن استخدام النموذج المشغَّل ({ $why })؛ ويُستخدم المرفق مع البرنامج.
fault-standing-shipped = النموذج المرفق مع البرنامج كما هو: { $ham } علامة «{ $clean }» و{ $spam } «{ $against }»، ويلزم { $minimum } من كل منهما قبل أن تُحتسب.
fault-standing-taught = النموذج المرفق مع البرنامج، وما تعلمه من { $ham } علامة «{ $clean }» و{ $spam } «{ $against }».
fault-standing-own = نموذج الموقع الخاص، وما تعلمه من { $ham } علامة «{ $clean }» و{ $spam } «{ $against }» لم يُدرَّب عليها.
fault-operators-only = لا يُسمح بهذا إلا للمشغّلين.
fault-none-given = غير مذكور
fault-unreadable = غير مقروء
fault-body-broken = انقطع الإرسال.
fault-body-compressed = لا يُقبل الإرسال المضغوط.
fault-body-late = لم يصل الإرسال خلال { $seconds } ثانية.
fault-media-type = أرسل JSON أو application/x-www-form-urlencoded أو multipart/form-data.
fault-multipart = تعذّرت قراءة الإرسال المتعدد الأجزاء.
fault-multipart-parts = أجزاء الإرسال أكثر من اللازم.
fault-form-type = أرسل النموذج بصيغة application/x-www-form-urlencoded.
fault-form-fields = حقول النموذج أكثر من اللازم.
fault-form-broken = انقطع النموذج أو تعذّرت قراءته.
fault-form-behind = هناك شيء بعد الملف.
fault-field-utf8 = أحد الحقول ليس UTF-8.
fault-field-long = أحد الحقول أطول من اللازم.
fault-form-nothing = لا يذكر النموذج ما المطلوب فعله.
fault-form-unsaid = لا يذكر النموذج المقصود.
fault-form-block = لا يذكر النموذج ما يُحظر.
fault-form-reason = لا يذكر النموذج سببًا.
fault-form-decision = لا يذكر النموذج قرارًا.
fault-form-page-size = لا يذكر النموذج حجم صفحة.
fault-form-comment = يذكر النموذج شيئًا ليس تعليقًا.
fault-form-list = لا يذكر النموذج القائمة المقصودة.
fault-at-once = يمكن البت في { $most } تعليق دفعة واحدة على الأكثر.
fault-listeners = المستمعون أكثر من اللازم. عد لاحقًا.
fault-parameter-twice = المعامل مذكور مرتين.
fault-parameter-required = هذا المعامل مطلوب.
fault-parameter-value = لا يقبل هذا المعامل هذه القيمة.
fault-true-false = إما true وإما false.
fault-question = لا يوجد سؤال كهذا: إما `spam` وإما `abuse`.
fault-what-parameter = معامل
fault-what-field = حقل
fault-cursor = هذا المؤشر ليس من هذه القائمة.
fault-comment-id = ليس هذا معرّف تعليق.
fault-in-the-meantime = تغيّر في هذه الأثناء، وهذا حاله الآن.
fault-service-failed = فشلت الخدمة، وسُجّل ذلك.
fault-rule-star = تحل `*` محل اسم كامل فقط، كما في ‎*@example.org؛ ولنطاق وما تحته استعمل قاعدة للنطاق.
fault-rule-letters = اكتب حروفًا عادية هنا؛ فهذه العلامة تُقرأ على أنها حروف.
fault-rule-many = في القائمة { $most } قاعدة على الأكثر، وفي هذه { $count }.
fault-look-others = نظر { $who } في عتبات من { $from } إلى { $to }: انظر في هذه أولًا.
fault-not-trained = لم ينتج عن هذا التدريب نموذج يمكن قياسه.
fault-nothing-held-out = لم تعد أي علامة من الموقع محفوظة جانبًا: لا شيء يُقاس عليه.
fault-nul-in = فيه حرف NUL في { $field }
fault-mail-unwritten = تعذّرت كتابته: انظر السجل
fault-mail-folder = تعذّرت الكتابة في مجلد البريد: { $why }
fault-mail-slow = تأخر خادم البريد أكثر من اللازم
fault-hook-address = يجب أن يكون عنوان http أو https طوله { $most } بايت على الأكثر، بلا اسم مستخدم ولا كلمة مرور
fault-hook-private = هو في شبكة غير عامة: انظر webhooks.allow_networks
fault-hook-refused = العنوان مرفوض: { $why }
fault-hook-connection = فشل الاتصال: { $why }
fault-hook-exchange = فشل التبادل: { $why }
fault-hook-request = تعذّر تكوين الطلب
fault-hook-late = استغرق أطول من اللازم
fault-hook-host = لم يُعثر على اسم المضيف
fault-hook-host-private = اسم المضيف يؤدي إلى شبكة غير عامة

## ما وُجد في ملف مستورد. كما أعلاه.

fault-at-line = السطر { $line }: { $why }
fault-at-comment = التعليق { $place }: { $why }
fault-at-post = المنشور { $place }: { $why }
fault-at-byte = البايت { $place }: { $why }
fault-at-file = الملف: { $why }
fault-at-database = قاعدة البيانات: { $why }
fault-said-of = { $place }: { $why }
fault-import-no-text = بلا نص
fault-import-fields = بلا نص: هل سُرد مع ‎--fields وكل الحقول؟
fault-import-large = كبير جدًا
fault-import-larger = أكبر مما يُقرأ
fault-import-longer = أطول من { $most } بايت
fault-import-row = { $problem }؛ لا يجوز أن يزيد سطر على { $most } بايت
fault-import-unread = تعذّرت قراءته
fault-import-pingback = تنبيه pingback أو trackback
fault-import-not-comment = ليس تعليقًا
fault-import-backup-line = السطر الذي يصف النسخة الاحتياطية نفسها
fault-import-deleted = محذوف ومعه نصه
fault-import-names = أكثر من أن تُنتظر الأسماء
fault-import-thread-list = سلسلة بلا قائمة تعليقات
fault-import-website = موقع ليس بموقع
fault-import-email = عنوان بريد ليس بعنوان
fault-import-cut = نص أطول من اللازم: حُذف وسطه
fault-import-page = صفحة غير معروفة
fault-import-label = علامة غير مفهومة
fault-import-status = حالة غير مفهومة
fault-import-no-date = بلا تاريخ
fault-import-date = تاريخ غير مفهوم
fault-import-early = تاريخ قبل 1970
fault-import-future = تاريخ في المستقبل
fault-import-local = تاريخ بالتوقيت المحلي وحده
fault-import-answers-hidden = يرد على تعليق غير منشور
fault-import-page-unknown = صفحته غير معروفة
fault-import-marked-hidden = معلّم بأنه غير منشور
fault-import-marked-deleted = معلّم بأنه محذوف
fault-import-page-hidden = صفحته معلّمة بأنها غير منشورة
fault-import-page-deleted = صفحته معلّمة بأنها محذوفة
fault-import-thread-deleted = حُذفت سلسلته
fault-import-thread-hidden = سلسلته معلّمة بأنها غير منشورة
fault-import-post-password = لمقالته كلمة مرور
fault-import-post-unknown = حالة مقالته غير معروفة هنا
fault-import-attached = ما أُرفق به غير منشور
fault-import-post-private = مقالته خاصة
fault-import-post-draft = مقالته مسودة
fault-import-post-pending = مقالته تنتظر المراجعة
fault-import-post-future = مقالته تُنشر لاحقًا
fault-import-post-trash = أُلقيت مقالته في المهملات
fault-import-no-spam = لا مزعج بين العلامات
fault-import-no-spam-wordpress = لا مزعج بين العلامات: يتركه WordPress خارج تصديره؛ استورد أيضًا `wp comment list --status=spam --format=json`
fault-import-no-ham = لا شيء حقيقي بين العلامات
fault-import-nothing = لا تعليق فيه
fault-import-no-list = لا قائمة تعليقات؛ هل هناك صفحة أخرى؟
fault-import-reader = فشلت قراءة الملف على نحو غير متوقع
fault-import-unpacked = يزيد بعد فكه على { $most } ميبيبايت: استورده بالأمر `hamlet import`
fault-import-bomb = يزيد بعد فكه على ما تبلغه التعليقات: هل هو قنبلة ضغط؟
fault-import-piece = جزء منه أكبر مما يُقرأ
fault-import-zip = هو أرشيف zip: فكه واستورد كل ملف فيه
fault-import-zip-empty = هو أرشيف zip فارغ
fault-import-7-zip = هو أرشيف 7-zip: فكه واستورد كل ملف فيه
fault-import-rar = هو أرشيف rar: فكه واستورد كل ملف فيه
fault-import-tar = هو أرشيف tar: فكه واستورد كل ملف فيه
fault-import-packed = هو مضغوط بـ { $how }: فكه أولًا ({ $command })
fault-import-packed-twice = هو مضغوط مرتين: فكه مرة (gunzip)
fault-import-sqlite = هو قاعدة بيانات SQLite: لا تقرؤها إلا ‎--format isso
fault-import-pdf = هو ملف PDF
fault-import-office = هو مستند Excel أو Word قديم: احفظه بصيغة CSV (UTF-8)
fault-import-postgresql = هو نسخة من قاعدة PostgreSQL: استعدها وصدّر التعليقات منها
fault-import-sql = هو نسخة من قاعدة بيانات (SQL): صدّر التعليقات من النظام الذي هي منه
fault-import-parquet = هو ملف Parquet: حوّله إلى أسطر JSON
fault-import-feed-blogger = هو موجز وليس تصديرًا من Blogger: لا مدخلة تذكر نوعها
fault-import-feed-wordpress = هو موجز وليس تصديرًا من WordPress: لا عنصر wp:‎ فيه
fault-import-encoding = الملف ليس UTF-8 وقُرئ على أنه { $name }؛ إن كانت حروفه خاطئة فاذكر ترميزه مع ‎--encoding أو حوّله: iconv -f { $from } -t utf-8
fault-import-encoding-unknown = يذكر الملف أنه بترميز { $label } وهو غير معروف هنا، فقُرئ على أنه UTF-8؛ حوّله: iconv -f { $from } -t utf-8
fault-import-byte = بايت واحد لم يكن نصًا، وهو الآن { $mark }
fault-import-bytes = { $many } بايت لم تكن نصًا، وهي الآن { $mark }؛ إن صارت كلمات كاملة كذلك فاذكر ترميز الملف مع ‎--encoding
fault-import-isso-database = ما يصدر عن Isso قاعدة بيانات لا دفق
fault-import-isso = ليس من Isso: { $why }
fault-import-not-json = ليس JSON: { $why }
fault-import-not-xml = ليس XML: { $why }
fault-import-deep = العناصر متداخلة أعمق من { $most }
fault-import-rtf = هو مستند معالج نصوص (RTF): احفظه نصًا عاديًا
fault-import-utf-32 = هو بترميز UTF-32 الذي لا يُقرأ: حوّله: iconv -f utf-32 -t utf-8
fault-import-yaml = هو YAML الذي لا يُقرأ: حوّله إلى أسطر JSON
fault-import-movable-type = هو تصدير من Movable Type: جرّب ‎--format movable-type‎
fault-import-no-zone = لا يذكر الملف منطقة زمنية: قُرئت تواريخه بالتوقيت العالمي
fault-import-passed-over = «{ $name }» في كائن يزيد على { $most } ميبيبايت، وتُجووز
fault-import-day-first = التواريخ مثل { $date } يسبق فيها اليومُ الشهرَ، كما تدل تواريخ أخرى في الملف
fault-import-month-first = التواريخ مثل { $date } يسبق فيها الشهرُ اليومَ، كما تدل تواريخ أخرى في الملف
fault-import-later = يُنشر لاحقًا
fault-import-ended = كان يُعرض لمدة محدودة فقط
fault-import-author-id = كاتب ليس إلا معرّفًا
fault-import-by-name = يسمّي الملف الصفحات باسمها BASENAME لا بعناوينها: انقل تعليقاتها بالأمر ‎`hamlet site move-page`‎
fault-import-quote = علامة اقتباس لم تُغلق
fault-import-header = سطر العناوين مرة أخرى
fault-import-nested = متداخل أكثر من اللازم
fault-import-system = ليس تعليقًا بل خطأ من النظام الذي جُلب منه: { $code }: { $message }
fault-import-not-closed = ينتهي قبل أوانه: ‎<{ $name }>‎ غير مغلق
fault-import-neither = ليس كائنًا ولا قائمة كائنات: { $start }
fault-import-ends-early = ينتهي الملف قبل أوانه
fault-import-ends-quotation = ينتهي الملف قبل أوانه: علامة تنصيص غير مغلقة
fault-import-ends-values = ينتهي الملف قبل أوانه: { $has } قيم، وفي الترويسة { $wants }
fault-import-values = { $has } قيم، وفي الترويسة { $wants }: هل تنقص علامة تنصيص؟
fault-import-open = غير مغلق
fault-import-ends-inside = ينتهي قبل أوانه، داخل ما يحوي القائمة
fault-import-ends-list = ينتهي قبل أوانه، داخل القائمة
fault-import-before-xml = تُجووز ما قبل XML: { $line }
fault-import-column = لا تذكر الترويسة عمودًا اسمه «{ $name }»
fault-import-column-text = لا تذكر الترويسة عمودًا اسمه «text»؛ بل تذكر { $names }
fault-import-no-header = لا توجد ترويسة: اكتب أسماء الأعمدة في سطر قبله (id, page, name, text, …)
fault-import-neither-label = العلامة { $label } ليست spam ولا ham
fault-import-neither-question = السؤال { $question } ليس spam ولا abuse
fault-import-reading = فشلت القراءة: { $why }
fault-import-is-it = لا تعليق فيه: هل هو { $wanted }؟ { $hint }
fault-wanted-wxr = تصدير WordPress (WXR)
fault-wanted-disqus = تصدير Disqus
fault-wanted-blogger = تصدير Blogger
fault-wanted-movable-type = تصدير Movable Type
fault-wanted-table = جدول له ترويسة
fault-hint-empty = هو فارغ.
fault-hint-json = هو JSON: جرّب ‎--format jsonl أو صيغة النظام الذي جاء منه.
fault-hint-table = يبدأ بـ «{ $start }»: إن كان جدولًا فجرّب ‎--format csv.
fault-hint-start = يبدأ بـ «{ $start }».
fault-hint-element = أول عنصر فيه ‎<{ $name }>‎.
fault-hint-wxr = أول عنصر فيه ‎<{ $name }>‎: جرّب ‎--format wxr.
fault-hint-disqus = أول عنصر فيه ‎<{ $name }>‎: جرّب ‎--format disqus.
fault-hint-disqus-old = أول عنصر فيه ‎<{ $name }>‎، كما في تصدير Disqus قبل 2011: صدّره من جديد أو حوّله إلى أسطر JSON.
fault-hint-page = أول عنصر فيه ‎<{ $name }>‎، وهو صفحة لا تصدير: هل وقع خطأ عند جلبه؟
fault-hint-blogml = أول عنصر فيه ‎<{ $name }>‎: هذا BlogML، وهو لا يُقرأ.
fault-hint-intensedebate = أول عنصر فيه ‎<{ $name }>‎ كما في تصديرات IntenseDebate التي لا تُقرأ.
fault-hint-feed = أول عنصر فيه ‎<{ $name }>‎، وهو موجز: إن كان تصدير Blogger فجرّب ‎--format blogger.

## تقرير تقييم نموذج، صفحة تُحفظ

report-title = { $model }: التقييم
report-how-good = ما جودة { $model }؟
report-measured-on = قيس على { $ham } من الحقيقي و{ $spam } من المزعج من: { $files }.
report-labels-of = علامات «{ $site }» التي لا يُدرَّب عليها أي نموذج، كما كانت في { $day }
report-called-spam = سُمّي مزعجًا
report-called-ham = سُمّي حقيقيًا
report-spam = مزعج
report-ham = حقيقي
report-figure = المقياس
report-value = القيمة
report-what-it-is = معناه
report-accuracy = الدقة
report-accuracy-text = نسبة النصوص المسمّاة على حقيقتها، عند احتمال النصف
report-mcc = MCC
report-mcc-text = ارتباط Matthews عند النصف: 0 تخمين، 1 تام
report-auc = AUC
report-auc-text = احتمال أن تعلو درجة المزعج على درجة الحقيقي
report-average-precision = متوسط الضبط
report-average-precision-text = المساحة تحت الضبط والاستدعاء
report-log-loss = جزاء الدرجات الخاطئة
report-log-loss-text = متوسط المفاجأة لكل نص، بالنات
report-calibration-error = مقدار انحراف الدرجات
report-calibration-error-text = متوسط بُعد الاحتمال عن الحقيقة، في 15 فئة
report-thresholds = كلفة العتبة
report-thresholds-text = أدنى عتبة لا تحجب خطأً من الحقيقي أكثر من المسموح، وما تضبطه.
report-budget = المسموح بحجبه من الحقيقي
report-threshold = العتبة
report-ham-blocked = حقيقي حُجب
report-spam-caught = مزعج ضُبط
report-parts = حسب اللغة والنوع
report-parts-text = محجوب: من 0.95 فأعلى؛ محجوز: من 0.2 فأعلى. بين القوسين وبعد ± مجال 95 %: يتسع حين تقل النصوص.
report-ham-held = حقيقي حُجز أو حُجب
report-spam-blocked = مزعج حُجب
report-spam-held = مزعج حُجز أو حُجب
report-language = اللغة
report-kind = النوع
report-curves = المنحنيات
report-tells = ما يُحتسب
report-tells-text = العناصر حسب الوزن الذي أضافته، مجموعًا على النصوص المقيسة.
report-texts = النصوص
report-mean-weight = متوسط الوزن
report-towards-spam = نحو المزعج
report-towards-ham = نحو الحقيقي
report-most-wrong = الأشد خطأً
report-ham-highest = الحقيقي الأعلى درجة
report-spam-lowest = المزعج الأدنى درجة
report-score = الدرجة
report-text = النص
report-named = من يُذكر
report-named-text = نصوص تذكر جماعة من الناس، حين يُعلَّم نص سليم واحد من كل مئة. BPSN: احتمال أن تعلو درجة المسيء بلا اللفظ على درجة السليم الذي فيه اللفظ؛ ينخفض حين يُحسب اللفظ نفسه على الناس. BNSP: احتمال أن تعلو درجة المسيء الذي فيه اللفظ على درجة السليم بلا اللفظ (Borkan وآخرون، 2019).
report-term = اللفظ
report-harmless = سليم
report-abuse = مسيء
report-harmless-flagged = سليم معلَّم
report-auc-among = AUC بينها
report-bpsn = AUC BPSN
report-bnsp = AUC BNSP
report-axis-ham-blocked = نسبة المحجوب من الحقيقي
report-axis-spam-caught = نسبة المضبوط من المزعج
report-axis-spam-blocked = نسبة المزعج من المحجوب
report-axis-probability = الاحتمال المتوقع
report-axis-spam = نسبة المزعج
report-axis-class = النسبة من الفئة
report-axis-labels = ما تُعلّم من علامات هذه النصوص
report-axis-auc = AUC على الباقي
report-plot-caught = المضبوط من المزعج مقابل المحجوب من الحقيقي عند كل العتبات؛ الرمادي تخمين.
report-plot-precision = الضبط والاستدعاء عند كل العتبات.
report-plot-calibration = كم كان مزعجًا من النصوص ذات الاحتمال المعيّن؛ الرمادي تام.
report-plot-scores = درجات الحقيقي (أخضر) والمزعج (أحمر).
report-plot-learning = النموذج وقد عُلّم ببعض هذه النصوص، مقيسًا على النصف المحفوظ.

## The demo's page

demo-about = عن هذا العرض
demo-what = <strong>عرض لـ Hamlet.</strong> أرسل تعليقًا أدناه: يُعلَّق حتى يوافق عليه مشرف. كن أنت المشرف في <a href="/desk" target="_blank">لوحة الإشراف</a> (تُفتح بجانب هذه الصفحة)، ثم عد: ما وافقت عليه هنا.

## The widget on sites' pages. Its script names a sentence without the beginning, and the first letter after a hyphen large.

widget-edited = معدّل
widget-comments = التعليقات
widget-none = لا توجد تعليقات بعد. كن أول من يعلّق.
widget-write = اكتب تعليقًا
widget-name = الاسم
widget-email = البريد الإلكتروني
widget-private = لن يُنشر عنوان بريدك الإلكتروني.
widget-website = الموقع
widget-optional = اختياري
widget-text = التعليق
widget-notify = أعلمني بالردود عبر البريد
widget-send = إرسال
widget-sending = جارٍ الإرسال…
widget-working = جارٍ التحقق من أنك لست آلة…
widget-reply = رد
widget-reply-to = رد على { $name }
widget-cancel = إلغاء
widget-held = شكرًا لك. تعليقك في انتظار المراجعة.
widget-published = شكرًا لك. نُشر تعليقك.
widget-more = المزيد من التعليقات
widget-failed = تعذّر تحميل التعليقات.
widget-stranger = لا تعرف الخدمة بعدُ عنوان هذه الصفحة: { $name }. يمكن لمن يدير الموقع إضافته إلى عناوين الموقع في لوحة الإشراف.
widget-again = أعد المحاولة
widget-add-origin = أضفها في مكتب الإشراف
widget-required = يرجى ملء هذا الحقل.
widget-bad-email = هذا ليس عنوان بريد إلكتروني.
widget-bad-website = هذا ليس عنوان موقع.
widget-too-long = هذا طويل جدًا.
widget-invalid = بعض البيانات غير صحيحة.
widget-too-many = وردت تعليقات كثيرة من هنا. حاول لاحقًا.
widget-not-sent = لم يُرسل تعليقك. النص محفوظ هنا؛ أعد المحاولة.
fault-answered = أجاب { $code }
fault-owner-command-line = سطر الأوامر
fault-owner-unknown = مالك غير معروف
