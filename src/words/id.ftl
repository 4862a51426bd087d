### Indonesian. Groups and order are those of en.ftl, which also says what the arguments are.

## Why the policy decided as it did

because-not-judged = Model tidak dapat menilainya, jadi ditahan
because-score = Skornya { $score } mencapai ambang situs { $threshold }
because-trusted = Penulisnya punya { $approved } komentar yang disetujui di sini, dan skornya rendah
because-not-this = Penulisnya tepercaya, tetapi komentar ini tidak
because-person-decides = Orang memutuskan setiap komentar di bawah ambang spam
because-few-labels = Hanya yang ditandai di situs ini yang menunjukkan spam, dan masih terlalu sedikit komentar yang disetujui di sini untuk diandalkan: orang yang memutuskan
because-few-approved = { $needed ->
    [1] Penulisnya belum punya komentar yang disetujui di sini
   *[other] Penulisnya punya kurang dari { $needed } komentar yang disetujui di sini
}
because-abuse = Tampak kasar: { $score } mencapai ambang situs { $threshold }, jadi orang yang memutuskan
because-imported = Diimpor dari sistem lain

## What the checks found

reason-honeypot = Kolom yang tidak terlihat oleh orang telah diisi
reason-not-opened = Dikirim tanpa membuka formulir
reason-forged = Token formulirnya tidak dibuat di sini
reason-too-soon = Formulir dikirim { $seconds } detik setelah dibuka
reason-too-late = Formulir dikirim { $hours } jam setelah dibuka
reason-reused = { $count } komentar datang dari satu formulir yang dibuka sekali
# 10 stands for 10 or more.
reason-repeated = { $times ->
    [1] Teks yang sama sudah pernah dikirim sekali
    [10] Teks yang sama sudah dikirim 10 kali atau lebih
   *[other] Teks yang sama sudah dikirim { $times } kali
}
reason-network = { $count } komentar datang dari jaringan ini dalam { $minutes } menit
reason-email = { $count } komentar datang dari alamat email ini dalam { $minutes } menit
reason-blocked-word = Ada kata yang diblokir: { $word }
reason-blocked-domain = Ada domain yang diblokir: { $domain }
reason-blocked-email = Alamat emailnya diblokir
reason-blocked-network = Jaringannya diblokir
# 30 stands for 30 or more.
reason-copies = { $count ->
    [1] Hampir sama dengan satu komentar lain
    [30] Hampir sama dengan 30 komentar lain atau lebih
   *[other] Hampir sama dengan { $count } komentar lain
} dalam { $days } hari terakhir{ $spam ->
    [0] { "" }
   *[other] , { $spam } di antaranya spam
}
reason-language = Hamlet belum mengenal bahasanya ({ $code }): orang yang memutuskan
reason-links = Ada { $count } tautan; situs mengizinkan { $allowed }

## What the model read; it follows "because the comment" in a list

sign-looks = cara penulisannya: panjang, huruf besar, tautan, dan simbol
sign-looks-links = { $links } tautan dalam { $words } kata
sign-looks-capitals = { $percent } % hurufnya huruf besar
sign-looks-short = kurang dari tiga kata
sign-name = nama “{ $quoted }”
sign-email-domain = alamat email di { $quoted }
sign-website = situs web { $quoted }
sign-passage = bagian yang dengan sendirinya terbaca seperti spam
sign-link = menautkan ke { $quoted }
sign-email = memberi alamat email
sign-mention = menyebut “{ $quoted }”
sign-hashtag = bertagar “{ $quoted }”
sign-number = memuat angka “{ $quoted }”
sign-symbol = memuat “{ $quoted }”
sign-spelled = mengeja “{ $quoted }”
sign-word = mengatakan “{ $quoted }”
sign-order = urutan kata, angka, dan simbolnya
sign-links = { $links ->
    [0] tanpa tautan
   *[other] { $links } tautan
} dalam { $words } kata
sign-length = { $words } kata
sign-symbols = { $percent } % simbol
sign-exclamations = { $count } tanda seru
sign-digits = { $percent } % angka
sign-disguised = { $count } karakter yang disamarkan atau tersembunyi
sign-markup = { $count } potong HTML

## Mails to moderators

mail-queue-heading = { $count ->
    [1] Sebuah komentar menunggu di { $place }
   *[other] { $count } komentar menunggu di { $place }
}
mail-queue-several-sites = beberapa situs
mail-queue-subject = { $heading }: { $authors }
mail-queue-subject-others = { $heading }: { $authors } dan lainnya
mail-queue-by = <strong><bdi>{ $author }</bdi></strong> di <bdi>{ $page }</bdi>
mail-queue-by-linked = <strong><bdi>{ $author }</bdi></strong> di <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-queue-by-text = { $author } di { $page } ({ $site }), { $received }
mail-queue-score = Filter spam: <strong>{ $score }</strong>
mail-queue-score-text = Filter spam: { $score }
mail-queue-percent = (spam: { $percent })
mail-queue-why = Mengapa mungkin spam:
mail-queue-approve = Setujui
mail-queue-spam = Spam
mail-queue-reject = Tolak
mail-queue-approve-text = Setujui: { $url }
mail-queue-spam-text = Spam:    { $url }
mail-queue-reject-text = Tolak:   { $url }
mail-queue-open = Buka di meja moderasi
mail-queue-open-text = Buka:    { $url }
mail-queue-more = Dan { $count } lagi.
mail-queue-more-linked = <a href="{ $url }">Dan { $count } lagi di meja moderasi</a>.
mail-queue-foot = <a href="{ $desk }">Meja moderasi</a> · <a href="{ $preferences }">Seberapa sering Anda dikirimi email</a> · <a href="{ $stop }">Hentikan email ini</a>
mail-queue-foot-text =
    Meja moderasi: { $desk }
    Seberapa sering Anda dikirimi email: { $preferences }
    Untuk menghentikan email ini: { $stop }
mail-queue-links = Setiap tautan membuka halaman yang bertanya sekali lagi sebelum ada yang berubah. Tautan ini hanya untuk Anda dan berlaku 7 hari; mohon jangan teruskan email ini.

mail-test-subject = Email tes Hamlet di { $service }
mail-test-title = Email sampai
mail-test = Seseorang meminta email tes kepada Hamlet di { $service }. Inilah emailnya: email sampai.
mail-test-look = Jika masuk ke folder spam, lihat docs/mail.md: SPF, DKIM, dan DMARC menyatakan email siapa yang asli.

## Mails to commenters

mail-confirm-subject = { $site }: ingin diberi tahu tentang balasan?
mail-confirm-title = Balasan di { $site }
mail-confirm-question = Ingin diberi tahu tentang balasan?
mail-confirm-public = Anda meminta diberi tahu tentang balasan atas komentar Anda di { $site }. Komentar Anda di <bdi>{ $page }</bdi> kini publik.
mail-confirm-public-text = Anda meminta diberi tahu tentang balasan atas komentar Anda di { $site }. Komentar Anda di halaman ini kini publik:
mail-confirm-yes = Ya, beri tahu saya tentang balasan
mail-confirm-yes-text = Jika ingin diberi tahu tentang balasan, setujui di sini:
mail-confirm-no = Jika Anda tidak memintanya, abaikan: Anda tidak akan diberi tahu tentang balasan apa pun. Atau <a href="{ $url }">jangan tanya lagi</a> di { $site }.
mail-confirm-no-text = Jika Anda tidak memintanya, abaikan: Anda tidak akan diberi tahu tentang balasan apa pun. Agar tidak ditanya lagi di { $site }:
mail-reply-heading = { $count ->
    [1] sebuah balasan atas komentar Anda
   *[other] { $count } balasan atas komentar Anda
}
mail-reply-title = Balasan atas komentar Anda
mail-reply-by = <strong><bdi>{ $author }</bdi></strong> membalas di <bdi>{ $page }</bdi>
mail-reply-by-linked = <strong><bdi>{ $author }</bdi></strong> membalas di <a href="{ $url }"><bdi>{ $page }</bdi></a>
mail-reply-by-text = { $author } membalas komentar Anda di { $page } ({ $site }).
mail-reply-own = Anda menulis:
mail-reply-reply = Balasannya:
mail-reply-more = Dan { $count } lagi.
mail-reply-stop = Anda menerima email ini karena meminta diberi tahu tentang balasan di { $site }. <a href="{ $url }">Hentikan email ini</a>.
mail-reply-stop-text = Anda menerima email ini karena meminta diberi tahu tentang balasan di { $site }. Untuk menghentikan:

## The comment form

form-title = Tinggalkan komentar
form-title-refused = Komentar Anda belum terkirim
form-work-needs-script = Situs ini meminta bukti kerja dari setiap pengirim, yang memerlukan JavaScript.
form-name = Nama
form-email = Email
form-email-note = Alamat email Anda tidak akan dipublikasikan.
form-website = Situs web <span class="quiet">(opsional)</span>
form-text = Komentar
form-honeypot = Biarkan kosong
form-replies = Kirimi saya email tentang balasan
form-send = Kirim
read-title = Komentar
read-none = Belum ada komentar.
read-count = { $count } komentar
read-write = Tinggalkan komentar
read-reply = Balas { $name }
read-more = Komentar lainnya
read-feed = Umpan komentar ini
thanks-title = Terima kasih
thanks-published = Komentar Anda diterbitkan.
thanks-back = Kembali ke artikel
thanks-awaits = Komentar Anda menunggu moderasi. Komentar akan muncul setelah disetujui moderator.

## The pages that links in mails lead to

link-unknown = Tautan ini tidak berfungsi
link-unknown-text = Mungkin terpotong di jalan. Salin seluruh tautan dari email.
link-expired = Tautan ini sudah kedaluwarsa
link-expired-text = Tautan dalam email berlaku 7 hari. Tidak ada yang diubah.
link-refused = Tautan ini tidak berlaku lagi
link-refused-text = Komentarnya sudah tidak ada, atau akun pemilik tautan ini tidak boleh memutuskannya.
link-by = <strong><bdi>{ $author }</bdi></strong> di <bdi>{ $page }</bdi>
link-by-linked = <strong><bdi>{ $author }</bdi></strong> di <a href="{ $url }" rel="noreferrer"><bdi>{ $page }</bdi></a>
link-score = Filter spam: { $score }
link-why = Mengapa mungkin spam:
link-undo = Urungkan
link-stale-title = Sudah diputuskan
link-stale = Komentar ini sudah berubah sejak email ditulis
link-stale-now = Statusnya kini: { $status }. Tautan ini tidak mengubah apa pun.
link-last-decided = { $who } memutuskan “{ $decision }” pada { $when }.
link-last-undone = { $who } mengurungkan “{ $decision }” pada { $when }.

link-ask-undo = Urungkan keputusan terakhir?
link-ask-approve = Setujui komentar ini?
link-ask-spam = Apakah komentar ini spam?
link-ask-reject = Tolak komentar ini?
link-ask-trash = Buang komentar ini?
link-ask-hold = Kembalikan komentar ini ke antrean?
link-do-undo = Urungkan
link-do-approve = Setujui
link-do-spam = Tandai spam
link-do-reject = Tolak
link-do-trash = Buang
link-do-hold = Kembalikan
link-because = Alasan, jika ingin menyebutkannya
link-done-undo = Diurungkan.
link-done-approve = Disetujui: komentar kini publik.
link-done-spam = Ditandai spam.
link-done-reject = Ditolak: komentar tetap tidak diterbitkan.
link-done-trash = Dibuang.
link-done-hold = Dikembalikan ke antrean.

mail-stop = Hentikan email tentang komentar yang menunggu?
mail-stop-text = Anda tidak akan menerima email lagi tentang komentar yang menunggu, dari situs mana pun. Di meja moderasi, di bawah nama Anda, Anda dapat memilih seberapa sering dikirimi email.
mail-stop-button = Hentikan email ini
mail-stopped = Dihentikan
mail-stopped-text = Anda tidak akan menerima email lagi tentang komentar yang menunggu. Di meja moderasi, di bawah nama Anda, Anda dapat mengaktifkannya lagi.
replies-ask = Diberi tahu tentang balasan di { $site }?
replies-ask-text = Bila seseorang membalas komentar Anda, Anda menerima email. Tiap email punya tautan untuk menghentikannya.
replies-yes = Ya, beri tahu saya tentang balasan
replies-stop = Hentikan email tentang balasan di { $site }?
replies-stop-text = Anda tidak akan menerima email lagi dari situs ini, dan tidak akan ditanya lagi.
replies-stop-button = Hentikan email ini
replies-confirmed = Anda akan diberi tahu tentang balasan
replies-confirmed-text = Anda akan menerima email bila seseorang membalas komentar Anda.
replies-stopped = Dihentikan
replies-stopped-text = Anda tidak akan menerima email lagi tentang balasan dari situs ini.

## Signing in and out

sign-in = Masuk
sign-in-email = Email
sign-in-password = Kata sandi
sign-in-forgot = Lupa kata sandi? Minta tautan sekali pakai kepada pengelola. Pengelola membuatnya di mesin itu sendiri dengan <code>hamlet moderator link</code>.
sign-in-nobody = Belum ada yang punya akun. Buka tautan yang dicetak Hamlet di tempat ia dijalankan: berlaku sekali, dalam sehari. Bila dijalankan lagi, Hamlet mencetak yang baru.
sign-in-wrong = Alamat atau kata sandi salah.
sign-in-too-many = Terlalu banyak percobaan. Tunggu seperempat jam, lalu coba lagi.
sign-in-link-nobody = Selamat datang. Siapa Anda?
sign-in-link-nobody-text = Tautan ini berlaku sekali. Setelah itu Anda masuk dengan alamat dan kata sandi.
sign-in-link-first = Selamat datang, { $name }
sign-in-link-choose = Pilih kata sandi.
sign-in-link-known = Tautan ini berlaku sekali; setelah itu Anda masuk dengan alamat Anda, { $email }, dan kata sandi.
sign-in-link-again = Masuk sebagai { $name }
sign-in-link-again-text = Tautan ini berlaku sekali. Pilih kata sandi baru di sini jika lupa yang lama.
sign-in-link-errors = Sebagian belum benar; lihat di bawah.
sign-in-link-name = Nama
sign-in-link-name-note = Moderator lain melihatnya di samping keputusan Anda.
sign-in-link-email-note = Untuk masuk, dan untuk diberi tahu tentang komentar yang menunggu. Disimpan terenkripsi.
sign-in-link-new-password = Kata sandi baru <span class="quiet">atau kosongkan untuk mempertahankan yang lama</span>
sign-in-link-password-note = Minimal { $min } karakter. Beberapa kata yang Anda ingat sudah cukup baik.
sign-in-link-gone = Tautan ini tidak berlaku lagi
sign-in-link-gone-text = Tautan masuk berlaku sekali, selama 24 jam, dan yang baru menggantikan yang lama.
sign-in-link-gone-else = <a href="/sign-in">Masuk dengan kata sandi Anda</a>, atau minta tautan baru kepada pengelola.
sign-out = Keluar
sign-out-ask = Keluar?
sign-out-back = Kembali ke meja moderasi
sign-out-done = Anda sudah keluar
refused-title = Itu tidak berhasil
refused-back = Ke meja moderasi

## The desk: what every page has around it

desk = Moderasi
desk-mail-to-files = Email ditulis ke berkas di <code>{ $folder }</code>: tidak ada yang menerimanya.
desk-mail-try = Atur dan coba
desk-unknown-proxy = Permintaan datang melalui proksi yang tidak dikenal layanan, sehingga semua pengirim dihitung sebagai satu: frekuensi dihitung untuk proksi, dan memblokir jaringan memblokir semua orang. Isi <code>server.trusted_proxies</code> dengan alamat proksi.
desk-skip = Ke komentar
desk-main = Menu utama
desk-queue = Antrean
desk-go = Buka
desk-blocks = Diblokir
desk-batches = Diputuskan bersama
desk-model = Model
desk-settings = Pengaturan
desk-privacy = Privasi
desk-activity = Aktivitas
desk-statistics = Statistik
desk-keys = Tombol
desk-undo = Urungkan
key-next = komentar berikut, sebelumnya
key-approve = setujui
key-spam = spam
key-reject = tolak: asli tetapi tidak diinginkan; tidak mengajarkan apa pun tentang spam
key-why = menolak dan menyebut alasannya: “kekasaran” mengajarkan apa itu di situs ini
key-trash = tempat sampah
key-hold = kembali ke antrean
key-undo = urungkan keputusan terakhir Anda, di halaman mana pun
key-select = pilih; <kbd>Shift</kbd> <kbd>x</kbd> memilih semua yang tampil
key-shift = <kbd>Shift</kbd> + tombol
key-selected = memutuskan semua yang dipilih
key-open = membuka komentar
key-thread = menampilkan komentar dalam percakapannya
key-search = cari
key-block = blokir penulis, domain, jaringan, atau frasa
key-answer = balas komentar
key-palette = buka apa saja, lakukan apa saja
key-help = bantuan ini
keys-on = Gunakan tombol ini
keys-close = Tutup

## The desk: the queue

queue-only-comments-by-one-author = Hanya komentar dari satu penulis.
queue-change-the-filter-above = Ubah filter di atas.
queue-new-comments-appear-here-as = Komentar yang perlu dilihat orang muncul di sini. Yang hampir pasti spam ada di bawah Spam, dan dapat dikeluarkan dari sana.
queue-meanwhile = Dengan <kbd>j</kbd> dan <kbd>k</kbd> Anda menelusuri daftar, dengan <kbd>a</kbd> menyetujui, dengan <kbd>s</kbd> menandai spam, dan <kbd>z</kbd> mengurungkan yang terakhir.
queue-no-comment-has-this-status = Tidak ada komentar berstatus ini.
queue-comments = Komentar
queue-nothing-to-show = Tidak ada yang ditampilkan
queue-nothing-matches = Tidak ada yang cocok
queue-nothing-waits-for-you = Tidak ada yang menunggu Anda
queue-nothing-here = Tidak ada apa-apa di sini
queue-more-filters = Filter lain
queue-every-site = semua situs
queue-any = semua
queue-with-a-link = dengan tautan
queue-without = tanpa
queue-apply = Terapkan
queue-approve = Setujui
queue-spam = Spam
queue-reject = Tolak
queue-trash = Sampah
queue-why = Alasan, saat menolak:
queue-why-unsaid = tanpa alasan
queue-back-to-the-queue = Kembali ke antrean
queue-search = Cari
queue-site = Situs
queue-score = Skor
queue-order = Urutan
queue-page = Halaman
queue-reason = Alasan
queue-links = Tautan
queue-from = Dari
queue-to = Sampai
queue-selected-comments = Komentar terpilih:
queue-clear = Bersihkan
queue-read-on = Baca selanjutnya
queue-first-page = Halaman pertama
queue-next-page = Halaman berikutnya
queue-page-size = Komentar per halaman
queue-comments-by-status = Komentar menurut status
queue-text-name-or-website = Kata, nama, situs web, atau email
queue-path-or-address = /jalur atau alamat
queue-pages = Halaman

queue-decide = Putuskan
queue-roomy = lebih lega
queue-answers = Membalas
queue-a-reply = Sebuah balasan
# Below a comment in a list that others are folded into: they are decided about with it.
queue-copies = Dengan { $number } salinan yang hampir sama di { $pages } halaman{ $sites ->
    [1] { "" }
   *[other] { " " }dari { $sites } situs
}
queue-show-copies = Tampilkan
queue-only-copies = Hanya salinan yang hampir sama dari satu komentar.
queue-only-decided = Urutan ini hanya memuat komentar yang sudah diputuskan seseorang.
imports-title = Impor dan halaman yang dipindah
imports-imports = Impor sejauh ini
imports-how = Berkas yang lebih besar, dan komentar langsung dari sebuah situs, diimpor di mesin tempat Hamlet berjalan:
imports-none = Belum ada yang diimpor.
imports-new = { $number } komentar baru
imports-not-ended = Belum selesai, atau sedang berjalan. Jika diimpor lagi, akan dilanjutkan.
imports-taken-back = { $count ->
    [0] Diurungkan seluruhnya
   *[other] Diurungkan, kecuali { $number } komentar yang sudah diputuskan orang
}
imports-unchanged = { $number } sudah ada di sini
imports-ham = { $number } dilabeli asli
imports-spam = { $number } dilabeli spam
imports-unlabelled = { $number } tanpa label
imports-orphans = { $number } membalas komentar yang tidak ada di sini
imports-withheld = { $number } tidak publik: { $why }
imports-skipped = { $number } dilewati: { $why }
imports-doubts = { $number } tidak sepenuhnya dipahami: { $why }
imports-not-understood = Yang tidak dipahami, dan yang perlu diketahui
imports-take-back = Urungkan
imports-what-goes = Hapus komentarnya dan yang dipelajari darinya, kecuali yang sudah diputuskan orang sejak itu
imports-take-it-back = Urungkan impor ini
imports-say-that-you-are-sure = Nyatakan bahwa Anda yakin.
imports-removed = { $number } komentar sudah dihapus lagi.
imports-kept = { $number } tetap ada: seseorang sudah memutuskannya sejak itu.
imports-move-a-page = Pindahkan komentar sebuah halaman
imports-move-hint = Bila artikel kini punya alamat lain, atau satu percakapan terpisah menjadi dua: komentar bergabung dengan yang sudah ada di sana.
imports-from-page = Dari halaman ini
imports-to-page = Ke halaman ini
imports-move = Pindahkan
imports-moved = { $count ->
    [0] Tidak ada komentar di halaman itu.
   *[other] { $number } komentar dipindahkan.
}
imports-no-such-site = Tidak ada situs seperti itu.
imports-from-a-file = Impor berkas
imports-file-hint = Komentar dari sistem lain, dengan keputusan yang dibuat tentangnya. Anda melihat dulu apa yang akan masuk. Yang tidak publik di sana menunggu di sini.
imports-what-it-is = Jenisnya
imports-find-out = Kenali sendiri
imports-at-most = Paling banyak { $number } MiB, dikemas dengan gzip atau tidak. Yang lebih besar:
imports-same-file = Tidak ada yang disimpan darinya: pilih lagi berkas yang sama, lalu akan diimpor.
imports-try-it = Lihat apa yang akan masuk
imports-do-it = Impor
imports-would-come = { $count ->
    [0] Tidak ada komentar yang akan masuk.
   *[other] { $number } komentar akan masuk; yang sudah ada di sini tetap seperti adanya.
}
imports-too-large = Di sini diterima paling banyak { $number } MiB. Impor di mesin tempat Hamlet berjalan.
imports-choose-a-file = Pilih berkas dulu.
imports-no-such-format = Tidak ada format seperti itu.
comment-copies = Salinan yang hampir sama
comment-copies-say = Dengan { $number } salinan yang hampir sama, ada di { $pages } halaman{ $sites ->
    [1] { "" }
   *[other] { " " }dari { $sites } situs
}
comment-copies-elsewhere = { $number } lagi ada di situs yang tidak Anda moderasi.
comment-copies-too = { $verb } juga { $number } salinan yang menunggu
queue-site-name = nama situs
queue-sites-like-that = Situs dengan nama seperti itu:
status-pending = Menunggu
status-approved = Disetujui
status-spam = Spam
status-rejected = Ditolak
status-trash = Sampah
status-all = Semua
order-newest = Terbaru dulu
order-oldest = Terlama dulu
order-uncertain = Paling tidak pasti dulu
order-spammiest = Paling spam dulu
order-abusive = Paling kasar dulu
order-decided = Yang terakhir diputuskan dulu
abuse-abuse = Kekasaran
abuse-seems = Tampak kasar, { $percent } %
abuse-seems-kind = Tampak kasar, { $percent } %: { $kind }
abuse-seems-not = Tidak tampak kasar, { $percent } %
abuse-no-language = Kekasaran tidak dinilai: model tidak mengenal bahasanya
abuse-likely = mungkin kasar
abuse-sure = hampir pasti kasar
abuse-severe = sangat penuh kebencian
abuse-insult = penghinaan
abuse-threat = ancaman
abuse-identity-attack = terhadap jati diri orang
abuse-obscene = cabul
abuse-sexual = seksual
check-honeypot = kolom tersembunyi diisi
check-timing = formulir terlalu cepat atau terlambat
check-duplicate = teks yang sama lagi
check-rate = banyak dari satu tempat
check-blocklist = kata atau alamat diblokir
check-links = banyak tautan
check-language = bahasa yang tidak dikenal Hamlet
check-copies = salinan serupa di tempat lain
queue-language = Bahasa
comment-language = Bahasa: { $code }
score-none = tidak dinilai
score-spam = mungkin spam
score-uncertain = tidak pasti
score-genuine = mungkin asli
score-sure-spam = hampir pasti spam
score-sure-genuine = hampir pasti asli
score-likely = kemungkinan spam
why-reviewed = Situs ini meninjau setiap komentar
age-now = baru saja
age-minutes = { $number } mnt lalu
age-hours = { $number } jam lalu
age-days = { $number } hr lalu

## The desk: first steps

start-title = Langkah pertama
start-done = selesai
start-site = Tambahkan situs Anda, dengan alamat halamannya
start-page = Pasang kedua barisnya di sebuah halaman dan buka sekali
start-comment = Terima komentar pertama
start-mail = Atur email dan kirim tes ke diri Anda
start-people = Undang rekan

## The desk: block rules

blocks-title = Diblokir
blocks-what-they-are = Komentar yang terkena salah satu aturan ini ditahan atau dianggap spam, berapa pun skornya. Tidak ada yang dibuang.
blocks-none = Tidak ada yang diblokir
blocks-how-to = Buka komentar dan pilih “Blokir” (tombol <kbd>b</kbd>) untuk memblokir penulisnya, domain, jaringannya, atau frasa.
blocks-added = Aturan sudah berlaku.
blocks-what = Apa
blocks-where = Di mana
blocks-does = Maka
blocks-until = Sampai
blocks-by = Dibuat oleh
blocks-hidden = (hanya sidik digitalnya yang disimpan)
blocks-remove = Hapus
blocks-hits = Terkena baru-baru ini
blocks-hits-of = { $hits } dari { $all } terakhir, { $approved } disetujui
blocks-hit-last = terakhir { $when }
blocks-hits-none = tidak ada dari { $all } terakhir
blocks-import = Tambah daftar
blocks-import-what = Kata terlarang WordPress, daftar domain atau alamat, satu per baris, atau berkas yang disimpan dari sini. Jenis setiap baris dikenali dari isinya.
blocks-import-list = Daftarnya, satu per baris
blocks-import-try = Coba dulu
blocks-import-do = Tambahkan daftar
blocks-import-site = Untuk situs mana
blocks-import-tried = { $new } aturan akan ditambahkan, { $known } sudah ada. Bersama-sama aturan itu akan mengenai { $hits } dari { $all } komentar terakhir, { $approved } di antaranya disetujui.
blocks-imported = { $new } aturan ditambahkan, { $known } sudah ada.
blocks-import-refused = Tidak diterima:
blocks-import-line = Baris { $line }: { $text }
blocks-export = Simpan aturan sebagai berkas
blocks-remove-named = Hapus aturan { $what }
block-title = Blokir
block-what = Apa yang diblokir
block-word = kata atau frasa
block-phrase = Kata atau frasa
block-email = alamat
block-network = jaringan
block-domain = domain
block-trial = Akan mengenai { $hits } dari { $all } komentar terakhir, { $approved } di antaranya disetujui.
block-then = Apa yang terjadi pada komentar seperti itu
block-holds = ditinjau orang
block-spam = dianggap spam
block-how-long = Berapa lama
block-a-week = seminggu
block-a-month = sebulan
block-a-year = setahun
block-for-good = selamanya
block-note = Alasan <span class="quiet">opsional</span>
block-everywhere = Di semua situs
block-force = Tambahkan meski mengenai begitu banyak
block-do = Blokir
block-try = Coba saja

## The desk: what the last form did

flash-unchanged = Tidak ada yang diubah.
flash-noted = Catatan ada di riwayat.
flash-answered = Balasan Anda diterbitkan.
flash-edited = Teks sudah diubah; yang lama ada di riwayat.
flash-unedited = Teks kembali seperti sebelum diubah.
flash-erased = Sudah dihapus selamanya.
flash-nothing-to-undo = Tidak ada lagi dari hari terakhir yang bisa diurungkan.
flash-broken-undo = Layanan gagal sebelum sampai ke { $number } komentar lagi.
flash-broken = Lalu layanan gagal: sisanya tetap seperti semula. Coba lagi.
flash-left-own = { $number } dibiarkan: Anda sendiri sudah mengubahnya sebelumnya.
flash-left = { $number } dibiarkan: sementara itu berubah. Lihat lagi.
flash-left-by = { $number } dibiarkan: { $who } mengubahnya sementara itu. Lihat lagi.
flash-undo-rest = Urungkan sisanya
flash-undo-all = { $count ->
    [1] Urungkan
   *[other] Urungkan semua { $number }
}

## The desk: lists with a name

views-title = Daftar tersimpan
views-what-they-are = Filter dan urutan yang Anda beri nama. Masing-masing punya alamat sendiri untuk dijadikan markah.
views-none = Belum ada
views-how-to = Persempit antrean dengan filter, lalu simpan daftarnya dengan nama.
views-remove = Hapus
views-remove-named = Hapus daftar { $name }
views-change = ubah
views-keep = Simpan daftar ini
views-name = Nama
views-keep-it = Simpan
views-too-long = Filter ini terlalu panjang untuk disimpan.
views-too-many = Sudah ada { $number } daftar. Hapus satu dulu.

## What the desk's scripts say. "count" chooses the form of a sentence, "number" is the number as it is written.

number-separator = .
language-name = Bahasa Indonesia
language-direction = ltr
js-decided-approve = { $number } komentar disetujui.
js-decided-spam = { $number } komentar ditandai spam.
js-decided-reject = { $number } komentar ditolak.
js-decided-trash = { $number } komentar dibuang.
js-decided-hold = { $number } komentar dikembalikan ke antrean.
js-taken-back = { $number } komentar diurungkan.
js-did-approve = disetujui
js-did-spam = ditandai spam
js-did-reject = ditolak
js-did-trash = dibuang
js-did-hold = dikembalikan ke antrean
js-verb-approve = Setujui
js-verb-spam = Tandai spam
js-verb-reject = Tolak
js-verb-trash = Buang
js-verb-hold = Kembalikan ke antrean
js-why-abuse = kekasaran
js-why-off_topic = di luar topik
js-why-low_quality = tidak menambah apa-apa
js-why-private_information = informasi pribadi
js-why-impersonation = menyamar sebagai orang lain
js-why-illegal = melanggar hukum
js-reject-because = Tolak: { $reason }
js-reject-why = Tolak dan sebutkan alasannya
js-now-pending = menunggu
js-now-approved = disetujui
js-now-spam = spam
js-now-rejected = ditolak
js-now-trash = di tempat sampah
js-line-approve = Disetujui: { $who }
js-line-spam = Ditandai spam: { $who }
js-line-reject = Ditolak: { $who }
js-line-trash = Dibuang: { $who }
js-line-hold = Kembali ke antrean: { $who }
js-undo = Urungkan
js-undo-line = Urungkan: { $what }
js-close = Tutup
js-leave-them = Batal
js-sure = { $verb }: { $number } komentar?
js-sure-yes = { $verb }: { $number }
js-show = Tampilkan
js-selected = { $number } dipilih
js-select-all = Pilih semua yang tampil
js-all-done = Semua selesai di sini
js-what-else = Lihat apa lagi yang ada
js-signed-out = Anda sudah keluar.
js-sign-in = Masuk
js-no-answer = layanan tidak menjawab. Coba lagi.
js-not-decided-approve = Tidak disetujui.
js-not-decided-spam = Tidak ditandai spam.
js-not-decided-reject = Tidak ditolak.
js-not-decided-trash = Tidak dibuang.
js-not-decided-hold = Tidak dikembalikan ke antrean.
js-comment-by = komentar oleh { $who }
js-comments = { $number } komentar
js-failed = Gagal: { $what }: { $why }
js-just-back = baru saja kembali. Lihat lagi.
js-gone = Sudah tidak ada: { $what }.
js-faster = { $who } lebih cepat: { $what }, kini { $status }. Lihat lagi.
js-faster-many = { $who } lebih dulu mengubah: { $what }. Lihat lagi.
js-you-before = Anda sudah mengubah: { $what }. Lihat lagi.
js-changed = Berubah sementara itu: { $what }. Lihat lagi.
js-before-you = { $who } memutuskan lebih dulu: { $did }, { $when }.
js-you-decided = Anda sudah memutuskan: { $did }, { $when }.
js-edited-before-you = { $who } mengubah teksnya, { $when }. Baca lagi.
js-undone-before-you = { $who } mengurungkan keputusan: kini { $status }, { $when }.
js-changed-now = Berubah sementara itu: kini { $status }.
js-decided-by = { $who }: { $did }, { $when }
js-changed-since = { $who } mengubahnya sejak itu: kini { $status }.
js-changed-since-you = Anda mengubahnya sejak itu: kini { $status }.
js-not-taken-back = Tidak diurungkan.
js-some-not-taken-back = Tidak untuk { $what }: { $why }
js-rest-changed = Seseorang mengubah sisanya sejak itu.
js-you = Anda
js-seconds-ago = { $number } dtk lalu
js-minutes-ago = { $number } mnt lalu
js-at = pukul { $when }
js-select-first = Pilih komentar dulu: tekan j.
js-select-some = Pilih komentar dulu.
js-not-loaded = Komentar berikutnya tidak dapat dimuat: { $number } tombol tidak terpakai.
js-new = { $number } baru: tampilkan
js-more = Lainnya
js-open = Buka
js-undo-last = Urungkan keputusan terakhir
js-keys = Tombol
js-what-to-do = Ke mana, atau apa?
js-nothing-like-that = Tidak ada yang bernama itu
js-saved-list = daftar
js-looking = { $who } sedang melihatnya

## The desk: a comment by itself

text-invisible = { $code }: karakter tak terlihat
comment-comment = Komentar
comment-plus-speaks-for-spam-minus = Plus dihitung ke arah spam, minus sebaliknya.
comment-history = Riwayat
comment-judgement = Penilaian
comment-author = Penulis
comment-decided-before = Keputusan sebelumnya
comment-checks-that-fired = Pemeriksaan yang terpicu
comment-what-counted-in-the-text = Yang berpengaruh dalam teks
comment-also-by-this-author = Juga oleh penulis ini
comment-from-the-same-network = Dari jaringan yang sama
comment-with-the-same-web-site = Dengan situs web yang sama
comment-note-for-the-history-with = Catatan <span class="quiet">untuk riwayat, dengan keputusan atau sendiri</span>
comment-email = Email
comment-website = Situs web
comment-comments = Komentar
comment-add-note = Tambah catatan
comment-next = Berikutnya
comment-block = Blokir
comment-answer = Balas
comment-answer-as = Balasan Anda, diterbitkan atas nama { $name }
comment-answer-approves = Setujui komentar yang dibalas
comment-answer-send = Terbitkan balasan
comment-thread = Percakapan
answer-needs-address = Akun Anda memerlukan alamat email sebelum Anda dapat membalas.
verdict-publish = langsung diterbitkan
verdict-hold = ditahan untuk ditinjau orang
verdict-spam = disisihkan sebagai spam
decision-approve = setujui
decision-spam = spam
decision-reject = tolak
decision-trash = buang
decision-hold = tahan
history-arrived = Tiba: { $to }
history-decided = memutuskan “{ $decision }”: kini { $to }
history-undone = mengurungkan “{ $decision }”: kembali { $to }
history-revealed = melihat alamat lengkap
history-edited = mengubah teks
history-edit-undone = mengurungkan perubahan teks
history-before = Teks sebelumnya
history-noted = mencatat
door-token = API
door-mail = lewat email
door-client = dilaporkan program
door-command = baris perintah
door-other = lainnya
comment-show-it-whole = Tampilkan alamat
comment-taken-back = (diurungkan)
comment-that-you-looked-goes-into = Riwayat lalu mencatat bahwa Anda melihatnya.
comment-all-of-theirs-that-wait = Semua komentarnya yang menunggu

## The desk: before many are decided

confirm-these-are-all-that-match = Ini semua yang cocok dengan daftar asal Anda, di setiap halaman. Anda dapat mengurungkannya sekaligus selama 30 hari, di sini atau di <a href="/desk/batches">Diputuskan bersama</a>.
confirm-leave-them = Batal
confirm-question = { $verb }: { $number } komentar?
confirm-all = { $verb }: semua { $number }

## The desk: what was decided together

batches-decided-together = Diputuskan bersama
batches-what-was-decided-about-several = Yang diputuskan tentang beberapa komentar sekaligus dalam 30 hari terakhir. Saat diurungkan, yang sudah diputuskan orang sejak itu tidak disentuh.
batches-select-several-comments-or-all = Pilih beberapa komentar, atau semua yang cocok, lalu putuskan: akan muncul di sini.
batches-nothing-was = Belum ada
batches-taken-back = diurungkan
batches-taking-back = sedang diurungkan

## The desk: what operators did

statistics-none = Sejak kemarin tidak ada komentar.
statistics-lately = Sejak kemarin ada { $number } komentar: { $aside } disisihkan sebagai spam, { $published } diterbitkan, { $held } ditahan untuk diputuskan.
statistics-at-least = Sejak kemarin ada sekurangnya { $number } komentar, dan masih ada yang sedang dihitung.
statistics-waiting = { $count ->
    [0] Kini tidak ada yang menunggu.
   *[other] Kini { $number } komentar menunggu.
}
statistics-over = Selama { $number } hari: { $came } masuk, { $aside } disisihkan otomatis sebagai spam; orang mengembalikan { $back } di antaranya, dan menandai { $missed } yang lolos sebagai spam.
statistics-until = Dihitung sampai { $at } (UTC). Hari menurut UTC; komentar impor tidak dihitung.
statistics-days = { $number } hari
statistics-period = Periode
statistics-every-site = Semua situs
statistics-csv = Jumlah ini sebagai berkas CSV
statistics-by-day = Komentar per hari
statistics-by-day-chart = Komentar masuk per hari, yang disisihkan sebagai spam di atas yang lain
statistics-decisions = Keputusan per hari
statistics-decisions-chart = Keputusan per hari, tanpa yang diurungkan
statistics-wait = Waktu sampai keputusan pertama
statistics-wait-chart = Komentar yang ditahan, menurut jam sampai keputusan pertama, hingga sehari
statistics-wait-none = Belum ada komentar yang ditahan yang diputuskan.
statistics-wait-half = Separuhnya menunggu kurang dari { $time }.
statistics-wait-half-more = Lebih dari separuhnya menunggu lebih dari sehari.
statistics-within = Dalam
statistics-share = Bagian
statistics-minutes = { $number } menit
statistics-hours = { $number } jam
statistics-longer = lebih lama
statistics-hours-axis = jam sampai keputusan
statistics-key-came = <span class="spam">disisihkan sebagai spam</span> <span class="ham">lainnya</span>
statistics-bar-day = { $day }: { $came } masuk, { $aside } disisihkan sebagai spam
statistics-bar-decided = { $day }: { $decided } diputuskan
statistics-bar-wait = setelah { $from } sampai { $to } jam: { $comments }
statistics-day = Hari
statistics-came = Masuk
statistics-aside = Disisihkan
statistics-held = Ditahan
statistics-published = Diterbitkan
statistics-decided = Diputuskan
statistics-back = Diurungkan
statistics-missed = Lolos
statistics-by-site = Menurut situs
statistics-by-page = Menurut halaman
statistics-by-page-text = Dua puluh dengan komentar terbanyak.
statistics-by-language = Menurut bahasa
statistics-by-because = Mengapa
statistics-by-because-text = Yang membuat Hamlet menerbitkan, menahan, atau menyisihkan.
statistics-by-reason = Alasan yang disebut orang
statistics-site = Situs
statistics-page = Halaman
statistics-language = Bahasa
statistics-reason = Alasan
statistics-people = Siapa yang memutuskan
statistics-people-you = Yang Anda putuskan
statistics-people-text = Menurut urutan nama. “Diubah” adalah yang kemudian diputuskan lain atau diurungkan rekan; tiap orang melihat barisnya sendiri, pengelola melihat semua.
statistics-person = Orang
statistics-changed = Diubah
statistics-stood = Tetap
statistics-nothing = Belum ada apa-apa.
statistics-nothing-text = Setelah komentar datang dan diputuskan, hasilnya dijumlahkan di sini beberapa menit kemudian.
statistics-unknown = tidak diketahui
statistics-because-score = mungkin spam menurut skornya
statistics-because-trusted = penulis tepercaya
statistics-because-trusted_not_this = penulis tepercaya, tetapi bukan komentar ini
statistics-because-labels_too_few = terlalu sedikit label untuk diandalkan
statistics-because-all_reviewed = situs meninjau semuanya
statistics-because-few_approved = terlalu sedikit komentar penulis yang disetujui
statistics-because-abuse = mungkin kasar
statistics-because-not_judged = model tidak dapat menilai
activity-activity = Aktivitas
activity-on-sites = di { $count } situs
activity-nothing-yet = Belum ada apa-apa.
activity-what-operators-did = Yang dilakukan pengelola
activity-when = Kapan
activity-who = Siapa
activity-what = Apa
activity-to-what = Terhadap apa
activity-more = Lainnya
activity-older = Lebih lama
activity-acts = Tindakan
activity-decisions = Keputusan
activity-decisions-text = Siapa memutuskan apa, yang terbaru dulu. Yang belum diputuskan lagi oleh siapa pun dapat diurungkan di sini.
activity-nothing-decided = Belum ada yang diputuskan.
activity-earlier = Sebelumnya
activity-decided = { $did }: komentar oleh { $author }
activity-undo = Urungkan: { $what }
act-address-reveal = melihat alamat lengkap
act-comments-export = mengekspor komentar
act-comments-import = mengimpor komentar
act-comments-import-undo = mengurungkan impor
act-key-add = membuat kunci program
act-key-revoke = mencabut kunci program
act-mail-retry = mencoba lagi sebuah email
act-model-activate = memakai sebuah model
act-model-roll-back = kembali ke model sebelumnya
act-model-train = memulai pelatihan
act-person-add = menambah moderator
act-person-change = mengubah akun
act-person-link = membuat tautan masuk
act-person-password = menetapkan kata sandi
act-person-remove = menghapus moderator
act-rule-add = menambah aturan blokir
act-rule-import = menambah daftar aturan blokir
act-rule-remove = menghapus aturan blokir
act-samples-add = menambah teks berlabel
act-sealing-key-retire = menghentikan kunci enkripsi lama
act-sealing-key-rotate = mengganti kunci enkripsi
act-session-end-all = keluar dari semua sesi
act-site-add = menambah situs
act-site-change = mengubah situs
act-site-abuse-trial = melihat akibat menahan karena kekasaran
act-site-remove = menghapus situs
act-subject-erase = menghapus data seseorang
act-subject-export = melihat data seseorang
act-token-add = membuat token
act-token-revoke = mencabut token
act-webhook-add = menambah webhook
act-webhook-remove = menghapus webhook

## The desk: your account

me-your-account = Akun Anda
me-saved = Tersimpan.
me-nothing-was-saved-some-of = Tidak ada yang disimpan: sebagian belum benar.
me-ends-every-session-of-yours = Mengakhiri semua sesi Anda, termasuk yang ini, dan tautan masuk yang belum dipakai. Token yang Anda buat tetap berlaku.
me-mail-to-files = Server email belum diatur, jadi tidak ada email yang sampai kepada Anda.
me-mail-about-comments-that-wait = Email tentang komentar yang menunggu
me-address-and-password = Alamat dan kata sandi
me-sessions = Sesi
me-as-above = seperti di atas
me-another-site = Situs lain
me-another-hint = Namanya dalam alamat: lalu punya baris sendiri di atas.
me-save = Simpan
me-language = Bahasa
me-language-of-browser = seperti peramban
me-sign-out-everywhere = Keluar dari semua sesi
me-name = Nama
me-other-moderators-see-it-beside = Moderator lain melihatnya di samping keputusan Anda.
me-new-address = Alamat baru
me-leave-it-empty-to-keep = Kosongkan untuk mempertahankan milik Anda.
me-new-password = Kata sandi baru
me-at-least-10-characters-it = Minimal 10 karakter. Anda akan dikeluarkan dari sesi lain.
me-present-password = Kata sandi sekarang
me-needed-to-change-the-address = Diperlukan untuk mengubah alamat atau kata sandi.

## The desk: a site

site-settings = <a href="/desk/settings">Pengaturan</a>
site-saved = Tersimpan.
site-nothing-was-saved-some-of = Tidak ada yang disimpan: sebagian belum benar.
site-otherwise-it-is-judged-and = Jika tidak, dinilai lalu dilupakan. <a href="/desk/settings#keys">Kuncinya</a> ada di pengaturan.
site-on-your-pages = Di halaman Anda
site-snippet-hint = Pasang dua baris ini di tempat komentar akan tampil, lalu buka halaman itu sekali.
site-what-scores-do = Akibat skor
site-what-counts-as-evidence = Yang dihitung sebagai bukti
site-programs-that-ask-about-comments = Program terhubung
site-name = Nama
site-origins-of-its-pages-one = Alamat halamannya, satu per baris
site-origins-hint = Hanya halaman di sana yang boleh menampilkan dan mengirim komentarnya dari peramban.
site-origin-proposed = <bdi>{ $origin }</bdi> sudah diisikan di bawah dan belum disimpan. Simpan jika itu milik Anda.
site-save = Simpan
site-remove = Hapus situs ini
site-remove-text = Situs dihapus beserta komentar, model, aturan, kunci, dan setelannya: seketika, bagi semua orang, dan selamanya.
site-remove-type = Ketik { $name } untuk memastikan
site-remove-mismatch = Ini bukan nama situs yang akan dihapus. Situs itu masih ada.
site-a-comment-without-a-form = Komentar tanpa token formulir dihitung ke arah spam
site-what-they-ask-about-is = Yang mereka tanyakan disimpan untuk ditinjau di sini
site-careful = Hati-hati
site-balanced = Seimbang
site-strict = Ketat
site-spam-proposed = { $percent } % sudah diisikan di bawah dan belum disimpan.
site-spam-from = Spam mulai dari
site-a-score-from-0-to = Mulai dari skor ini komentar disisihkan sebagai spam: dari 1 sampai 100.
site-authors-are-trusted-after = Penulis dipercaya setelah
site-so-many-comments-of-theirs = Sekian komentarnya yang disetujui orang, masing-masing dikirim dari satu peramban dan dengan satu alamat. Setelah itu langsung diterbitkan selama tidak ada yang memberatkan dan tidak menautkan ke hal baru. Kosong: tidak seorang pun, dan orang melihat setiap komentar.
site-published-at-once-below = Langsung diterbitkan di bawah
site-a-trusted-author-s-comment = Komentar penulis tepercaya dengan skor lebih rendah tidak perlu ditinjau: di bawah yang di atas.
site-links = Tautan
site-more-in-one-comment-speak = Lebih dari itu dalam satu komentar menunjukkan spam.
site-seconds = Detik
site-a-form-sent-sooner-after = Formulir yang dikirim lebih cepat setelah dibuka dihitung ke arah spam.
site-hours = Jam
site-a-form-sent-later-after = Formulir yang dikirim lebih lambat setelah dibuka juga.
site-keeping = Berapa lama
site-spam-days = Hari untuk spam
site-so-many-days-after = Sekian hari setelah dianggap spam, dihapus selamanya; yang dipelajari model tetap ada. Kosong: tidak pernah.
site-trash-days = Hari untuk sampah
site-likewise-the-trash = Demikian juga yang ada di tempat sampah.
site-pages = Alamat halaman
site-trailing-slash = Garis miring di akhir
site-slash-kept = dihitung: /post dan /post/ adalah dua halaman
site-slash-added = selalu ada: /post adalah /post/
site-slash-removed = tidak pernah ada: /post/ adalah /post
site-drop-index = /post/index.html adalah /post/
site-parameters = Parameter yang membedakan halaman
site-parameters-hint = Seperti p, dipisah spasi; tanda hubung saja: tidak ada. Kosong: semua kecuali yang menyebut asal pembaca (utm_source, fbclid, dan lainnya). Bila ini berubah, komentar pindah ke tempat halamannya sekarang.
site-proof-of-work = Bukti kerja
site-zero-bits-1-to-24 = Seberapa keras peramban pengirim bekerja sebelum boleh mengirim: 1 sampai 24 bit; 16 butuh sesaat. Kosong: tidak sama sekali.
site-abuse = Seberapa kasar komentar tampak
site-abuse-off = tidak dihitung
site-abuse-show = ditampilkan kepada moderator
site-abuse-hold = ditampilkan, dan komentar yang tampak kasar ditahan untuk mereka
site-abuse-hint = Sebelum ada yang ditahan, lihat apa yang akan dilakukannya.
site-abuse-from = Ditahan mulai dari
site-abuse-from-hint = Dari 50 sampai 100. Tidak ada yang diterbitkan, disisihkan, atau dibuang karenanya.

## The desk: settings

settings-settings = Pengaturan
settings-none-a-program-that-moderates = Tidak ada. Program yang memoderasi atau mengimpor masuk dengan satu token.
settings-send-me-a-test-mail = Kirimi saya email tes
settings-mail-how = Surat dikirim begitu <code>mail.url</code> (atau <code>HAMLET_MAIL__URL</code>) menyebut peladen surat, misalnya <code>smtp://user:password@mail.example.org</code>, dan Hamlet dijalankan lagi. <code>docs/mail.md</code> berisi resep untuk penyedia yang lazim.
settings-none-everything-was-delivered-or = Tidak ada: semuanya terkirim, atau masih dicoba.
settings-sites = Situs
settings-moderators = Moderator
settings-tokens-for-programs = Token untuk program
settings-mail-that-was-given-up = Email tak terkirim
settings-name-in-addresses = Nama dalam alamat
settings-slug-hint = Huruf kecil, angka dan tanda hubung, misalnya blog-saya. Nama ini ada dalam baris yang Anda pasang di halaman Anda.
settings-name-for-people = Nama untuk orang
settings-origins-of-its-pages = Alamat halamannya
settings-origins-hint = Awalnya, misalnya https://example.org, tanpa jalur. Beberapa: pisahkan dengan spasi.
settings-name = Nama
settings-email = Email
settings-role = Peran
settings-every-site = semua situs, termasuk yang ditambahkan nanti
settings-only-these = hanya ini
settings-find-a-site = Ada { $number } situs. Cari menurut nama:
settings-find = Cari
settings-nothing-done = Tidak ada yang dilakukan: sebagian belum benar.
settings-what-it-is-for = Kegunaannya
settings-add-a-site = Tambah situs
settings-add-a-moderator = Tambah moderator
settings-make-a-token = Buat token
settings-moderator-decides-about-comments = moderator: memutuskan komentar
settings-operator-runs-the-place-too = pengelola: juga mengelola layanan
settings-moderator = moderator
settings-operator = pengelola
settings-site = Situs
settings-its-pages = Halamannya
settings-what-to-do = <span class="away">Yang bisa dilakukan</span>
settings-owner = Pemilik
settings-last-used = Terakhir dipakai
settings-mail = Email
settings-to = Kepada
settings-from = Dari
settings-why = Alasan
settings-add-the-site = Tambahkan situs
settings-sign-in-link = Tautan masuk
settings-remove = Hapus
settings-add-the-moderator = Tambahkan moderator
settings-revoke = Cabut
settings-make-the-token = Buat token
settings-try-again = Coba lagi
settings-none-named-no-browser-of = belum ada: tidak ada halaman yang boleh mengirim ke sini
settings-you = Anda
settings-link-for = Buat tautan masuk untuk { $name }
settings-remove-named = Hapus { $name }
settings-revoke-named = Cabut { $name }
settings-try-again-named = Coba lagi: { $kind } kepada { $to }
settings-tokens-end = Token berakhir bersama akun pembuatnya, dan tidak boleh lebih dari pembuatnya.
settings-ownerless = Ada { $number } yang berlaku tanpa diketahui pembuatnya: ganti, lalu cabut.
settings-never = tidak pernah
settings-gone = sudah tidak ada
settings-all-sites = semua situs
settings-sent-link = Kirim tautan ini kepada { $name }: berlaku sekali untuk masuk, dalam sehari, dan tidak ditampilkan lagi.
settings-person-removed = Dihapus. Namanya tetap ada di riwayat.
settings-token-made = Dikirim sebagai “Authorization: Bearer …”. Tidak ditampilkan lagi.
settings-token-revoked = Token sudah dicabut.
settings-site-added = Ditambahkan.
settings-site-removed = Situs sudah dihapus.
settings-choose-sites = Pilih setidaknya satu, atau semua situs.
settings-mail-address = Akun Anda tidak punya alamat yang dapat dibaca: isikan, di bawah nama Anda.
settings-mail-not-sent = Tidak terkirim: { $why }.
settings-mail-in-folder = Kini menjadi berkas di folder dan tidak ada yang menerimanya: isi mail.url dengan server email, seperti dijelaskan docs/mail.md.
settings-mail-taken = Server email menerimanya untuk { $to }. Lihat apakah sampai, dan di folder mana.
settings-mail-retried = Dicoba lagi segera, selama email baru.
settings-letter-queue = komentar yang menunggu
settings-letter-confirm = pertanyaan tentang balasan
settings-letter-reply = balasan
me-mail-each = begitu datang
me-mail-hourly = sekali sejam
me-mail-daily = sekali sehari
me-mail-never = tidak pernah
settings-revoked = dicabut
settings-blog = blog
settings-https-example-org = https://example.org
settings-tokens = Token

## The desk: settings: programs

programs-none-wordpress-and-others-that = Tidak ada. WordPress dan lainnya yang memakai protokol Akismet bertanya ke sini, dengan kunci sebuah situs.
programs-a-key-judges-and-reports = Kunci menilai dan melapor untuk situsnya, dan tidak bisa melakukan hal lain. Apakah situs menyimpan yang ditanyakan, diatur di pengaturan situs.
programs-none-a-program-of-yours = Tidak ada. Program Anda dapat diberi tahu apa yang terjadi di sebuah situs.
programs-in-the-public-internet-or = Di internet publik, atau jaringan yang diizinkan konfigurasi.
programs-programs-that-ask-about-comments = Program terhubung
programs-webhooks = Webhook
programs-program = Program
programs-site = Situs
programs-address = Alamat
programs-make-a-key = Buat kunci
programs-add-a-webhook = Tambah webhook
programs-its-comments-are = Komentarnya
programs-last-used = Terakhir dipakai
programs-what-to-do = <span class="away">Yang bisa dilakukan</span>
programs-told-of = Diberi tahu tentang
programs-last-took = Terakhir diterima
programs-not-taken = Tidak diterima
programs-revoke = Cabut
programs-make-the-key = Buat kunci
programs-remove = Hapus
programs-add-the-webhook = Tambahkan webhook
programs-told-when = Diberi tahu bila
programs-revoked = dicabut
programs-nothing = tidak ada
programs-keys = Kunci
programs-wordpress = WordPress
programs-revoke-named = Cabut kunci { $name }
programs-remove-named = Hapus webhook { $url }
programs-backlog = { $queued } menunggu, { $dead } gagal
programs-callbacks = Panggilan balik { $site }: { $queued } menunggu{ $dead ->
    [0] { "" }
   *[other] , { $dead } gagal
} ({ $why }).
programs-not-tried = belum dicoba
programs-key-made = Masukkan ke program, di samping alamat layanan ini. Tidak ditampilkan lagi.
programs-key-revoked = Kunci sudah dicabut.
programs-judged-only = hanya dinilai
programs-kept = disimpan untuk ditinjau
programs-webhook-made = Kiriman ditandatangani dengan rahasia ini, menurut Standard Webhooks. Tidak ditampilkan lagi di sini.
programs-webhook-removed = Dihapus, beserta yang masih akan diberitahukan.
programs-nothing-yet = belum ada
event-comment-received = ada komentar masuk
event-comment-decided = komentar diputuskan
event-comment-edited = teks komentar diubah
event-model-activated = model lain menilai
programs-https-example-org-hook = https://example.org/hook

## The desk: privacy

privacy-privacy = Privasi
privacy-make-sure-that-it-is = Pastikan memang orang itu yang meminta. Alamat hanya dikirim dalam formulir, dan tidak ada di log atau riwayat peramban.
privacy-they-have-an-account-as = Orang ini punya akun moderator, yang tetap ada: lihat <a href="/desk/settings">pengaturan</a>.
privacy-nothing-yet-what-is-erased = Belum ada. Yang dihapus dicatat di sini, siapa yang melakukannya dan berapa banyak, bukan milik siapa.
privacy-what-is-held-about-a = Yang disimpan tentang seseorang
privacy-held = Disimpan
privacy-nothing-held = Tidak ada yang disimpan tentang alamat ini.
privacy-only-account = Tidak ada yang disimpan tentang alamat ini selain akun moderatornya, yang ada di <a href="/desk/settings">pengaturan</a>.
privacy-comments-on = Komentar di { $site }, <span class="status { $class }">{ $status }</span>
privacy-be-sure = Nyatakan bahwa Anda yakin: penghapusan tidak dapat diurungkan.
privacy-erased = Dihapus: { $what }.
privacy-account-stays = Akun moderatornya masih ada: hapus di pengaturan.
privacy-amount-comments = { $number } komentar
privacy-amount-samples = { $number } teks berlabel
privacy-amount-subscriptions = { $number } langganan
privacy-amount-mails = { $number } email
privacy-amount-none = tidak ada
privacy-erased-before = Pernah dihapus
privacy-email = Email
privacy-what = Apa
privacy-how-many = Berapa
privacy-when = Kapan
privacy-by = Oleh
privacy-look-it-up = Cari
privacy-download-all-of-it = Unduh semuanya
privacy-erase-all-of-it = Hapus semuanya
privacy-labelled-texts-and-what-models = Teks berlabel, dan yang dipelajari model darinya
privacy-subscriptions-to-replies = Langganan balasan
privacy-mails-to-them = Email kepadanya
privacy-damaged-rows-which-cannot-be = Baris rusak yang tidak dapat dibaca
privacy-it-cannot-be-undone-and = Ini tidak dapat diurungkan, dan saya yakin

## The desk: the model

model-model = Model
model-caught = 30 hari terakhir: { $aside } disisihkan otomatis sebagai spam, { $back } di antaranya dikembalikan orang; { $missed } lolos yang lalu ditandai spam oleh orang.
model-none-yet-a-training-takes = Belum ada. Pelatihan mengambil keputusan moderator serta yang diimpor atau dikirim, lalu membandingkan model baru dengan yang sekarang pada sampel yang belum pernah dilihat keduanya.
model-all-of-it-counts = Semuanya dihitung.
model-no-labels-yet-each-approval = Belum ada label. Setiap persetujuan dan setiap keputusan spam adalah satu label.
model-labels-are-counted-and-capped = Label dihitung dan dibatasi menurut nama ini. Jika kosong, nama Anda sendiri.
model-drawings-of-the-last-1 = Grafik 1.000 komentar terakhir muncul di sini.
model-spam-caught-genuine-blocked = <span class="spam">spam tertangkap</span> <span class="ham">asli terblokir</span>
model-stands-as-spam-anything-else = <span class="spam">spam</span> <span class="ham">lainnya</span>
model-nobody-has-decided-about-these = Belum ada yang memutuskan ini.
model-each-dot-is-a-tenth = Setiap titik adalah sepersepuluh skor: mendatar, yang diharapkan; tegak, bagian yang disebut spam oleh orang. Di garis, skor berarti apa yang dikatakannya.
model-marked-as-spam-approved = <span class="spam">ditandai spam</span> <span class="ham">disetujui</span>
model-questions = Yang dijawab model
model-spam = Spam
model-abuse = Kekasaran
model-abuse-is-evidence = Skor kekasaran ditampilkan kepada orang. Dengan sendirinya skor itu tidak menerbitkan, menyisihkan, atau membuang apa pun.
model-abuse-labels = Setiap persetujuan adalah satu label, dan setiap penolakan dengan alasan “kekasaran”.
model-judges-now = Dipakai sekarang
model-class-ham = asli
model-class-spam = spam
model-class-clean = tidak kasar
model-class-abuse = kasar
model-since = { $ham } { $clean }, { $spam } { $against }
model-since-few = { $ham } { $clean }, { $spam } { $against }; perlu { $minimum } masing-masing sebelum dihitung
model-too-few = Untuk melatih model situs sendiri perlu { $needed } label tiap kelas; ada { $ham } { $clean } dan { $spam } { $against }.
model-spam-labels = Setiap persetujuan dan setiap keputusan spam adalah satu label.
model-asked-by = Diminta oleh { $who }, { $when }
model-put-into-use-by = dipakai oleh { $who }
model-held-out = Pada { $ham } sampel { $clean } dan { $spam } { $against } yang disisihkan, pada ambang { $threshold }; dilatih dengan { $trained_ham } dan { $trained_spam }
model-repeated = { $records }, { $repeated } di antaranya mengulang yang lain
model-over-cap = { $number } melebihi yang dihitung dari satu sumber sekaligus; pelatihan berikutnya mengambilnya
model-refused = Tidak ada yang disimpan.
model-line = Baris { $line }
model-file-hint = CSV atau TSV dengan judul kolom, atau baris JSON: <code>text</code> dan <code>label</code> (<code>{ $against }</code> atau <code>{ $clean }</code>), bila diketahui <code>name</code>, <code>email</code>, <code>website</code>, serta <code>site</code> bila bukan { $site }. Paling banyak { $max } MiB. Semuanya dihitung atau, jika satu baris salah, tidak sama sekali.
model-what-if = Untuk { $judged } komentar terakhir, { $decided } di antaranya diputuskan orang. Ambang situs { $threshold }.
model-part-of = { $part } dari { $all }
model-use-it = Pakai ambang ini
model-use = Pakai { $threshold }
model-would = { $aside } disisihkan: { $caught } dari { $spam } spam tertangkap, { $blocked } dari { $ham } asli terblokir.
model-abuse-would = { $held } ditahan: { $approved } di antaranya disetujui orang, { $rejected } ditolak.
model-said-begun = Pelatihan menunggu giliran.
model-said-under-way = Pelatihan untuk situs ini sudah berjalan.
model-said-active = Model dipakai.
model-said-back = Model sebelumnya dipakai lagi.
model-said-nothing-before = Tidak ada model untuk kembali.
model-said-seen = Tercatat bahwa Anda sudah melihat: situs kini boleh menahan karena kekasaran.
model-said-refused = Tidak lulus pemeriksaan: alasannya ada di bawahnya.
model-status-queued = dalam antrean
model-status-training = dilatih
model-status-failed = gagal
model-status-candidate = kandidat
model-status-live = dipakai
model-status-retired = dipensiunkan
model-phase-waiting = menunggu giliran
model-phase-reading = membaca sampel
model-phase-fitting = menyesuaikan model
model-phase-measuring = membandingkannya dengan yang dipakai
model-phase-done = selesai
model-figure-auc = Luas ROC
model-figure-log-loss = Kerugian log
model-figure-calibration = Galat kalibrasi
model-trainings-and-models = Pelatihan dan model
model-samples = Sampel
model-no-comment-was-judged-yet = Belum ada komentar yang dinilai
model-what-a-threshold-would-do = Akibat sebuah ambang
model-scores = Skor
model-calibration = Apakah skor berarti apa yang dikatakannya?
model-decisions-30-days = Keputusan, 30 hari
model-labelled-data-from-elsewhere = Data berlabel dari tempat lain
model-name-of-this-data = Nama data ini
model-file = Berkas
model-version = Versi
model-labels-since = Label sejak itu
model-records = Catatan
model-new-labels = Label baru
model-changed = Berubah
model-unchanged = Tidak berubah
model-for-later = Untuk nanti
model-figure = Angka
model-this-model = Model ini
model-live-then = Yang sebelumnya
model-came-by = Dari mana
model-came-decision = keputusan
model-came-import = impor
model-came-feedback = laporan program
model-came-samples = data dari tempat lain
model-class = Kelas
model-labels = Label
model-in-use = Dipakai
model-threshold = Ambang
model-put-aside = Disisihkan
model-spam-caught = Spam tertangkap
model-genuine-blocked = Asli terblokir
model-show = Tampilkan
model-train-a-model = Latih model
model-back-to-the-one-before = Kembali ke yang sebelumnya
model-use-the-shipped-one = Pakai yang bawaan
model-put-it-into-use = Pakai
model-take-it-in = Unggah
model-site = Situs
model-look-again = Lihat lagi
model-verdict-use = Setidaknya sebaik yang dipakai, pada komentar yang belum pernah dilihat keduanya: pakailah.
model-verdict-keep = Tidak lebih baik daripada yang dipakai: tetap pakai yang itu.
model-evaluation-report = Laporan evaluasi
model-progress = Kemajuan
model-share-of-the-spam-caught = Bagian spam tertangkap dan komentar asli terblokir, menurut ambang
model-share-that-was-spam-by = Bagian yang spam, menurut skor
model-although-it-does-not-pass = meski tidak lebih baik
model-how-many-comments-had-which = Berapa komentar yang punya skor mana
chart-score = skor
chart-share = bagian
chart-share-of-spam = bagian yang spam
chart-comments = komentar
chart-decisions = keputusan
chart-days = hari sebelum sekarang
chart-score-bin = { $from } sampai { $to } %: { $spam } spam, { $other } lainnya
chart-day = { $ago ->
    [0] Hari ini
   *[other] { $ago } hari lalu
}: { $approved } disetujui, { $spam } ditandai spam
chart-calibration-dot = { $expected } % diharapkan, { $found } % spam ({ $all })
model-decisions-of-the-last-30 = Keputusan 30 hari terakhir
model-abuse-trial = Akibat menahan karena kekasaran
model-abuse-of = Untuk { $comments } komentar terakhir yang tidak disisihkan sebagai spam. Ambang situs { $threshold }. Komentar dalam bahasa yang tidak dikenal model tidak pernah ditahan.
model-abuse-held = Ditahan
model-abuse-published = langsung diterbitkan
model-abuse-approved = disetujui orang
model-abuse-rejected = ditolak orang
model-abuse-seen = { $by } sudah melihat ini, { $when }.
model-abuse-unseen = Belum ada yang menyatakan sudah melihat: sampai saat itu situs tidak dapat menahan karenanya.
model-abuse-look = Saya sudah melihatnya

## The desk: sentences with something in them

queue-search-behind = { $count } komentar belum ada di indeks pencarian dan tidak ikut dicari.
queue-elsewhere = Di tempat lain:
queue-no-match = Tidak ada komentar di bawah “{ $label }” yang cocok dengan filter ini. <a href="/desk?status={ $status }">Tampilkan semua</a>.
queue-matching = semua <span id="total">{ $total }</span> yang cocok, di setiap halaman
queue-marks = tanda
queue-select = Pilih komentar oleh { $name }
comment-for-good = Hapus selamanya
comment-deleted-on = Akan dihapus pada { $day }, sesuai pengaturan situs. Yang dipelajari model darinya tetap ada.
comment-it-cannot-be-undone = Saya tahu ini tidak dapat diurungkan
comment-delete-it = Hapus komentar ini
comment-erase-its-author = Hapus penulisnya
comment-what-is-erased = Penghapusan menghilangkan komentar beserta riwayatnya, email tentangnya, dan yang dipelajari model darinya. Menghapus penulisnya menghilangkan semua yang disimpan tentangnya, di setiap situs.
comment-was = Komentar ini { $verdict }. { $because }.
comment-model = Model { $model }
activity-kept = Disimpan { $days } hari. Keputusan tentang komentar ada di riwayat tiap komentar.
me-every-other-site = Setiap situs tanpa pilihan di bawah
me-how-often = Seberapa sering
me-address = Alamat Anda { $email }.
batches-undo-all = Urungkan semua { $count }

## Changing what a comment says

comment-edit = Sunting
comment-edited = disunting
edit-title = Sunting komentar
edit-text = Isinya
edit-reason = Alasan, untuk riwayat
edit-save = Simpan perubahan
edit-now = Isinya sekarang
edit-changed = { $who } mengubah komentar sementara itu. Teks Anda ada di bawah; menyimpannya menggantikan isi komentar sekarang.
edit-readers-see = Pembaca melihat bahwa komentar disunting, bukan isinya sebelumnya. Moderator melihat keduanya.
edit-readers-see-both = Pembaca melihat bahwa komentar disunting, dan dapat membaca isinya sebelumnya.
activity-edited = Mengubah teks { $author }
site-readers = Yang dilihat pembaca
site-show-edits = Pembaca boleh melihat isi komentar sebelum diubah moderator
read-edited = disunting
edits-title = Isi komentar sebelumnya
edits-what = Moderator mengubahnya. Ini teks-teks sebelumnya, yang terlama dulu.
edits-until = Sampai
key-edit = Sunting isi komentar

## What comes from below in English, because programs read it too. A sentence of this group is found by its English text.

fault-required = Kolom ini wajib diisi.
fault-too-long = Paling banyak { $max } karakter.
fault-control = Karakter kontrol tidak diperbolehkan.
fault-email = Ini bukan alamat email.
fault-website = Ini bukan alamat situs web.
fault-slug = Gunakan 1 sampai 63 huruf kecil, angka, dan tanda hubung di tengah.
fault-slug-taken = Situs lain memakai nama ini.
fault-origins = Paling banyak { $max } asal.
fault-origin = Tulis seperti https://example.org, tanpa jalur.
fault-present-password = Ini bukan kata sandi Anda sekarang.
fault-password-short = Gunakan minimal { $min } karakter.
fault-address-taken = Moderator lain memakai alamat ini.
fault-operator-sites = Pengelola menjalankan semua situs: jangan sebutkan satu pun.
fault-no-such = Tidak ada: { $what }.
fault-what-site = situs
fault-what-comment = komentar
fault-what-page = halaman
fault-what-moderator = moderator
fault-what-model = model
fault-what-import = impor
fault-what-rule = aturan blokir
fault-what-status = status
fault-what-reason = alasan
fault-page-origin = Halaman ini tidak berada di salah satu asal situs.
fault-page = Halaman adalah alamat web lengkap atau jalur yang diawali garis miring.
fault-parameters = Paling banyak 50 nama parameter, seperti p, tanpa &, =, #, dan spasi.
fault-same-page = Ini halaman yang sama.
fault-same-text = Teksnya sama seperti semula.
fault-above-zero = Harus lebih dari 0 dan paling banyak { $to }.
fault-above-zero-or-absent = Harus lebih dari 0 dan paling banyak { $to }, atau kosong.
fault-below-spam = Harus dari 0 sampai di bawah ambang spam.
fault-least-or-absent = Harus minimal { $from }, atau kosong.
fault-range-or-absent = Harus dari { $from } sampai { $to }, atau kosong.
fault-range = Harus dari { $from } sampai { $to }.
fault-look-first = Lihat dulu akibatnya pada komentar terakhir situs ini: di halaman model, dengan POST ke { $path }, atau dengan `hamlet site abuse-trial`.
fault-rule-empty = Tidak ada yang terlihat dari ini.
fault-rule-domain = Ini bukan domain seperti example.org.
fault-rule-network = Ini bukan alamat atau jaringan seperti { $example }.
fault-rule-over = Waktu ini sudah lewat.
fault-form-token = Situs ini meminta token formulir dengan bukti kerja.
fault-form-old = Formulir terlalu lama terbuka; muat ulang.
fault-work = Ini bukan bukti kerja yang diminta.
fault-work-used = Bukti kerja ini sudah dipakai; muat ulang formulir.
fault-no-parent = Tidak ada komentar seperti itu di halaman ini.
fault-too-many = Terlalu banyak komentar dari sini; coba lagi nanti.
fault-no-files = Berkas tidak diterima.
fault-utf8 = Ini bukan UTF-8: pastikan terbaca seperti yang Anda tulis.
fault-twice = Kolomnya ada dua kali.
fault-invalid = Sebagian yang dikirim tidak benar.
fault-stale-form = Formulir sudah usang. Muat ulang halaman dan ulangi.
fault-operators-page = Hanya pengelola yang boleh melihat halaman ini.
fault-last-operator = Ini pengelola terakhir: tidak ada orang lain yang dapat mengelola layanan.
fault-other-site = Formulir ini dikirim dari situs lain.
fault-unavailable = Layanan tidak dapat melakukannya saat ini. Tidak ada yang disimpan; coba lagi.
fault-busy = Terlalu banyak pencarian berjalan, atau yang ini terlalu lama. Coba sebentar lagi, atau persempit pencarian.
fault-changed = Seseorang mengubah komentar sementara itu. Lihat lagi.
fault-unsure = Formulir tidak menyatakan bahwa Anda yakin.
fault-method = Alamat ini menerima metode lain: lihat Allow.
fault-too-large = Paling banyak { $limit } bita.
fault-no-record = Tidak ada catatan di dalamnya.
fault-no-label = tanpa label: { $against } atau { $clean }
fault-no-text = tanpa teks
fault-unknown-site = menyebut situs yang tidak ada
fault-mail-late = server email tidak menjawab tepat waktu
fault-mail-answered = server email menjawab { $code }
fault-mail-hung-up = server email memutus sambungan atau jawabannya tidak dapat dipahami
fault-mail-tls = TLS dengan server email gagal: { $why }
fault-mail-unable = server email tidak dapat melakukan yang diperlukan: { $why }
fault-mail-unreachable = server email tidak dapat dihubungi: { $why }
fault-gate-few-labels = Ada { $ham } label “{ $clean }” dan { $spam } label “{ $against }”; perlu sedikitnya { $needed } masing-masing untuk melatih model.
fault-gate-one-sided = Labelnya berat sebelah: hanya { $fewer } dari { $all } yang “{ $name }”. Model yang dilatih dengannya nyaris tidak akan tahu apa itu “{ $again }”.
fault-gate-same-text = Semua label “{ $name }” tentang teks yang hampir sama, yang disisihkan untuk pengukuran: labeli yang lebih beragam.
fault-gate-few-samples = Hanya { $ham } sampel “{ $clean }” dan { $spam } “{ $against }” disisihkan untuk pengukuran; kurang dari { $few } masing-masing tidak dapat disimpulkan.
fault-gate-catches-less = Menangkap lebih sedikit “{ $against }” daripada model yang dipakai: { $new } %, bukan { $old } %.
fault-gate-blocks-more = Salah memblokir lebih banyak daripada model yang dipakai: { $new } % dari “{ $clean }”, bukan { $old } %.
fault-gate-calibration = Probabilitasnya tidak dapat dipercaya: rata-rata meleset { $error }, padahal paling banyak { $limit }.
fault-gate-poor = Nyaris tidak membedakan “{ $against }” dari “{ $clean }” milik situs (luas di bawah kurva { $auc }): labelnya saling bertentangan.
fault-gate-swapped = Labelnya berlawanan dengan yang dibaca model bawaan dalam teks (luas di bawah kurva { $auc }): apakah “{ $against }” dan “{ $clean }” tertukar?
fault-gate-source = { $contradicted } dari { $labels } label dari “{ $name }” berlawanan dengan yang diajarkan semua label lain: periksa sumber itu.
fault-class-ham = asli
fault-class-spam = spam
fault-class-clean = tidak kasar
fault-class-abuse = kasar
fault-rule-broad = { $summary } Hampir semuanya terkena.
fault-rule-broad-line = { $summary } Hampir semuanya terkena.
fault-rule-trial = Akan mengenai { $hits } dari { $all } komentar terakhir, { $approved } di antaranya disetujui.
fault-number = Ini bukan angka yang cocok di sini.
fault-choose-file = Pilih berkas dulu.
fault-standing-broken = Model yang diaktifkan tidak dapat dipakai ({ $why }); yang dipakai adalah model bawaan program.
fault-standing-shipped = Model bawaan program apa adanya: { $ham } label “{ $clean }” dan { $spam } “{ $against }”; perlu { $minimum } masing-masing sebelum dihitung.
fault-standing-taught = Model bawaan program, dan yang dipelajarinya dari { $ham } label “{ $clean }” dan { $spam } “{ $against }”.
fault-standing-own = Model situs sendiri, dan yang dipelajarinya dari { $ham } label “{ $clean }” dan { $spam } “{ $against }” di luar pelatihannya.
fault-operators-only = Hanya operator yang boleh melakukannya.
fault-none-given = tidak diberikan
fault-unreadable = tidak terbaca
fault-body-broken = Kiriman terputus.
fault-body-compressed = Kiriman terkompresi tidak diterima.
fault-body-late = Kiriman tidak tiba dalam { $seconds } detik.
fault-media-type = Kirim JSON, application/x-www-form-urlencoded, atau multipart/form-data.
fault-multipart = Kiriman multibagian tidak dapat dibaca.
fault-multipart-parts = Kiriman memiliki terlalu banyak bagian.
fault-form-type = Kirim formulir sebagai application/x-www-form-urlencoded.
fault-form-fields = Formulir memiliki terlalu banyak kolom.
fault-form-broken = Formulir terputus, atau tidak dapat dibaca.
fault-form-behind = Masih ada sesuatu setelah berkas.
fault-field-utf8 = Sebuah kolom bukan UTF-8.
fault-field-long = Sebuah kolom terlalu panjang.
fault-form-nothing = Formulir tidak menyebut apa yang harus dilakukan.
fault-form-unsaid = Formulir tidak menyebut apa yang dimaksud.
fault-form-block = Formulir tidak menyebut apa yang diblokir.
fault-form-reason = Formulir tidak menyebut alasan.
fault-form-decision = Formulir tidak menyebut keputusan.
fault-form-page-size = Formulir tidak menyebut ukuran halaman.
fault-form-comment = Formulir menyebut sesuatu yang bukan komentar.
fault-form-list = Formulir tidak menyebut daftar mana yang dimaksud.
fault-at-once = Paling banyak { $most } komentar dapat diputuskan sekaligus.
fault-listeners = Sudah terlalu banyak yang menyimak. Kembalilah nanti.
fault-parameter-twice = Parameter ini ada dua kali.
fault-parameter-required = Parameter ini wajib.
fault-parameter-value = Parameter ini tidak menerima nilai itu.
fault-true-false = Hanya true atau false.
fault-question = Tidak ada pertanyaan itu: `spam` atau `abuse`.
fault-what-parameter = parameter
fault-what-field = kolom
fault-cursor = Kursor ini bukan milik daftar ini.
fault-comment-id = Ini bukan pengenal komentar.
fault-in-the-meantime = Sementara itu sudah diubah; begini keadaannya sekarang.
fault-service-failed = Layanan gagal. Ini sudah dicatat.
fault-rule-star = `*` hanya mewakili satu nama utuh, seperti dalam *@example.org; untuk sebuah domain dan yang di bawahnya, gunakan aturan untuk domain.
fault-rule-letters = Tulis huruf biasa di sini; tanda ini akan dibaca sebagai huruf.
fault-rule-many = Sebuah daftar berisi paling banyak { $most } aturan; yang ini { $count }.
fault-look-others = { $who } melihat ambang dari { $from } sampai { $to }: lihat yang ini dulu.
fault-not-trained = Pelatihan ini tidak menghasilkan model yang dapat diukur.
fault-nothing-held-out = Tidak ada lagi label situs yang disisihkan: tidak ada bahan untuk mengukurnya.
fault-nul-in = memiliki karakter NUL di { $field }
fault-mail-unwritten = tidak dapat ditulis: lihat log
fault-mail-folder = folder email tidak dapat ditulisi: { $why }
fault-mail-slow = server email terlalu lama
fault-hook-address = harus berupa alamat http atau https, paling banyak { $most } bita, tanpa nama pengguna atau kata sandi
fault-hook-private = alamat itu di jaringan yang tidak publik: lihat webhooks.allow_networks
fault-hook-refused = alamat ditolak: { $why }
fault-hook-connection = koneksi gagal: { $why }
fault-hook-exchange = pertukaran gagal: { $why }
fault-hook-request = permintaan tidak dapat disusun
fault-hook-late = terlalu lama
fault-hook-host = nama host tidak ditemukan
fault-hook-host-private = nama host mengarah ke jaringan yang tidak publik

## Yang ditemukan dalam berkas yang diimpor. Seperti di atas.

fault-at-line = baris { $line }: { $why }
fault-at-comment = komentar { $place }: { $why }
fault-at-post = kiriman { $place }: { $why }
fault-at-byte = bita { $place }: { $why }
fault-at-file = berkas: { $why }
fault-at-database = basis data: { $why }
fault-said-of = { $place }: { $why }
fault-import-no-text = tidak ada teks
fault-import-fields = tidak ada teks: apakah didaftar dengan --fields dan semua kolomnya?
fault-import-large = terlalu besar
fault-import-larger = lebih besar daripada yang dibaca
fault-import-longer = lebih panjang dari { $most } bita
fault-import-row = { $problem }; tidak ada baris yang boleh lebih panjang dari { $most } bita
fault-import-unread = tidak dapat dibaca
fault-import-pingback = pingback atau trackback
fault-import-not-comment = bukan komentar
fault-import-backup-line = baris tentang cadangan itu sendiri
fault-import-deleted = dihapus, beserta teksnya
fault-import-names = terlalu banyak untuk menunggu namanya
fault-import-thread-list = utas tanpa daftar komentar
fault-import-website = situs web yang bukan situs web
fault-import-email = alamat email yang bukan alamat email
fault-import-cut = teks terlalu panjang: bagian tengahnya dihilangkan
fault-import-page = halaman yang tidak dikenal
fault-import-label = label yang tidak dipahami
fault-import-status = status yang tidak dipahami
fault-import-no-date = tanpa tanggal
fault-import-date = tanggal yang tidak dipahami
fault-import-early = tanggal sebelum 1970
fault-import-future = tanggal di masa depan
fault-import-local = tanggal dalam waktu setempat saja
fault-import-answers-hidden = membalas komentar yang tidak publik
fault-import-page-unknown = halamannya tidak dikenal
fault-import-marked-hidden = ditandai tidak publik
fault-import-marked-deleted = ditandai dihapus
fault-import-page-hidden = halamannya ditandai tidak publik
fault-import-page-deleted = halamannya ditandai dihapus
fault-import-thread-deleted = utasnya telah dihapus
fault-import-thread-hidden = utasnya ditandai tidak publik
fault-import-post-password = artikelnya berkata sandi
fault-import-post-unknown = status artikelnya tidak dikenal di sini
fault-import-attached = yang dilampirinya tidak publik
fault-import-post-private = artikelnya pribadi
fault-import-post-draft = artikelnya masih draf
fault-import-post-pending = artikelnya menunggu tinjauan
fault-import-post-future = artikelnya akan terbit nanti
fault-import-post-trash = artikelnya telah dibuang
fault-import-no-spam = tidak ada spam di antara label
fault-import-no-spam-wordpress = tidak ada spam di antara label: WordPress tidak menyertakannya dalam ekspornya; impor juga `wp comment list --status=spam --format=json`
fault-import-no-ham = tidak ada yang asli di antara label
fault-import-nothing = tidak ada komentar di dalamnya
fault-import-no-list = bukan daftar komentar; apakah ada halaman lain di sana?
fault-import-reader = pembacaan berkas gagal tak terduga
fault-import-unpacked = setelah dibongkar lebih dari { $most } MiB: impor dengan `hamlet import`
fault-import-bomb = setelah dibongkar lebih besar daripada komentar mana pun: apakah ini bom dekompresi?
fault-import-piece = satu bagiannya lebih besar daripada yang dibaca
fault-import-zip = ini arsip zip: bongkar, lalu impor setiap berkas di dalamnya
fault-import-zip-empty = ini arsip zip kosong
fault-import-7-zip = ini arsip 7-zip: bongkar, lalu impor setiap berkas di dalamnya
fault-import-rar = ini arsip rar: bongkar, lalu impor setiap berkas di dalamnya
fault-import-tar = ini arsip tar: bongkar, lalu impor setiap berkas di dalamnya
fault-import-packed = dikompresi dengan { $how }: bongkar dulu ({ $command })
fault-import-packed-twice = dikompresi dua kali: bongkar sekali (gunzip)
fault-import-sqlite = ini basis data SQLite: hanya --format isso yang membacanya
fault-import-pdf = ini PDF
fault-import-office = ini dokumen Excel atau Word lama: simpan sebagai CSV (UTF-8)
fault-import-postgresql = ini salinan basis data PostgreSQL: pulihkan, lalu ekspor komentar dari sana
fault-import-sql = ini salinan basis data (SQL): ekspor komentar dengan sistem asalnya
fault-import-parquet = ini berkas Parquet: ubah menjadi baris JSON
fault-import-feed-blogger = ini umpan, bukan ekspor Blogger: tidak ada entri yang menyebut jenisnya
fault-import-feed-wordpress = ini umpan, bukan ekspor WordPress: tidak ada elemen wp: di dalamnya
fault-import-encoding = berkas ini bukan UTF-8 dan dibaca sebagai { $name }; bila hurufnya salah, sebutkan dengan --encoding, atau ubah: iconv -f { $from } -t utf-8
fault-import-encoding-unknown = berkas menyebut dirinya { $label }, yang tidak dikenal di sini, dan dibaca sebagai UTF-8; ubah: iconv -f { $from } -t utf-8
fault-import-byte = 1 bita bukan teks, dan kini menjadi { $mark }
fault-import-bytes = { $many } bita bukan teks, dan kini menjadi { $mark }; bila seluruh kata begitu, sebutkan berkas apa ini dengan --encoding
fault-import-isso-database = milik Isso adalah basis data, bukan aliran
fault-import-isso = bukan milik Isso: { $why }
fault-import-not-json = bukan JSON: { $why }
fault-import-not-xml = bukan XML: { $why }
fault-import-deep = elemen bersarang lebih dari { $most } tingkat
fault-import-rtf = ini dokumen pengolah kata (RTF): simpan sebagai teks biasa
fault-import-utf-32 = ini dalam UTF-32, yang tidak dibaca: ubah: iconv -f utf-32 -t utf-8
fault-import-yaml = ini YAML, yang tidak dibaca: ubah menjadi baris JSON
fault-import-movable-type = ini ekspor Movable Type: coba --format movable-type
fault-import-no-zone = berkas tidak menyebutkan zona waktu: tanggalnya dibaca sebagai waktu universal
fault-import-passed-over = "{ $name }" berada dalam objek lebih dari { $most } MiB dan dilewati
fault-import-day-first = tanggal seperti { $date } menaruh hari sebelum bulan, seperti ditunjukkan tanggal lain dalam berkas
fault-import-month-first = tanggal seperti { $date } menaruh bulan sebelum hari, seperti ditunjukkan tanggal lain dalam berkas
fault-import-later = baru akan terbit nanti
fault-import-ended = hanya untuk ditampilkan sementara
fault-import-author-id = penulis yang hanya berupa id
fault-import-by-name = berkas menyebut halaman dengan BASENAME, bukan alamatnya: pindahkan komentarnya dengan `hamlet site move-page`
fault-import-quote = ada tanda kutip yang tidak ditutup
fault-import-header = baris judul sekali lagi
fault-import-nested = bersarang terlalu dalam
fault-import-system = bukan komentar, melainkan kesalahan sistem asal pengambilannya: { $code }: { $message }
fault-import-not-closed = berakhir terlalu dini: <{ $name }> tidak ditutup
fault-import-neither = bukan objek dan bukan daftar objek: { $start }
fault-import-ends-early = berkas berakhir terlalu dini
fault-import-ends-quotation = berkas berakhir terlalu dini: tanda kutip tidak ditutup
fault-import-ends-values = berkas berakhir terlalu dini: { $has } nilai, tajuknya { $wants }
fault-import-values = { $has } nilai, tajuknya { $wants }: apakah ada tanda kutip yang hilang?
fault-import-open = tidak ditutup
fault-import-ends-inside = berakhir terlalu dini, di dalam yang memuat daftarnya
fault-import-ends-list = berakhir terlalu dini, di dalam daftarnya
fault-import-before-xml = yang ada sebelum XML dilewati: { $line }
fault-import-column = tajuk tidak menyebut kolom “{ $name }”
fault-import-column-text = tajuk tidak menyebut kolom “text”; yang disebut { $names }
fault-import-no-header = tidak ada tajuk: tuliskan nama kolom pada satu baris di depannya (id, page, name, text, …)
fault-import-neither-label = label { $label } bukan spam dan bukan ham
fault-import-neither-question = pertanyaan { $question } bukan spam dan bukan abuse
fault-import-reading = pembacaan gagal: { $why }
fault-import-is-it = tidak ada komentar di dalamnya: apakah ini { $wanted }? { $hint }
fault-wanted-wxr = ekspor WordPress (WXR)
fault-wanted-disqus = ekspor Disqus
fault-wanted-blogger = ekspor Blogger
fault-wanted-movable-type = ekspor Movable Type
fault-wanted-table = tabel dengan tajuk
fault-hint-empty = Kosong.
fault-hint-json = Ini JSON: coba --format jsonl, atau format sistem asalnya.
fault-hint-table = Berawal dengan “{ $start }”: jika ini tabel, coba --format csv.
fault-hint-start = Berawal dengan “{ $start }”.
fault-hint-element = Elemen pertamanya <{ $name }>.
fault-hint-wxr = Elemen pertamanya <{ $name }>: coba --format wxr.
fault-hint-disqus = Elemen pertamanya <{ $name }>: coba --format disqus.
fault-hint-disqus-old = Elemen pertamanya <{ $name }>, seperti ekspor Disqus sebelum 2011: ekspor lagi, atau ubah menjadi baris JSON.
fault-hint-page = Elemen pertamanya <{ $name }>, yaitu halaman, bukan ekspor: apakah ada kesalahan saat diambil?
fault-hint-blogml = Elemen pertamanya <{ $name }>: itu BlogML, yang tidak dibaca.
fault-hint-intensedebate = Elemen pertamanya <{ $name }>, seperti pada ekspor IntenseDebate, yang tidak dibaca.
fault-hint-feed = Elemen pertamanya <{ $name }>, yaitu umpan: jika ini ekspor Blogger, coba --format blogger.

## Laporan evaluasi sebuah model, halaman untuk disimpan

report-title = { $model }: evaluasi
report-how-good = Seberapa baik { $model }?
report-measured-on = Diukur dengan { $ham } asli dan { $spam } spam dari: { $files }.
report-labels-of = label “{ $site }” yang tidak dipakai melatih model mana pun, sebagaimana pada { $day }
report-called-spam = disebut spam
report-called-ham = disebut asli
report-spam = spam
report-ham = asli
report-figure = ukuran
report-value = nilai
report-what-it-is = artinya
report-accuracy = akurasi
report-accuracy-text = bagian teks yang disebut sebagaimana adanya, pada peluang setengah
report-mcc = MCC
report-mcc-text = korelasi Matthews pada setengah: 0 menebak, 1 sempurna
report-auc = AUC
report-auc-text = peluang spam berskor lebih tinggi daripada yang asli
report-average-precision = presisi rata-rata
report-average-precision-text = luas di bawah presisi dan perolehan
report-log-loss = hukuman untuk skor yang salah
report-log-loss-text = rata-rata kejutan per teks, dalam nat
report-calibration-error = seberapa jauh skor meleset
report-calibration-error-text = jarak rata-rata peluang dari kenyataan, 15 kelas
report-thresholds = Harga sebuah ambang
report-thresholds-text = Ambang terendah yang tidak salah memblokir lebih banyak yang asli daripada jatahnya, dan yang ditangkapnya.
report-budget = jatah asli terblokir
report-threshold = ambang
report-ham-blocked = asli terblokir
report-spam-caught = spam tertangkap
report-parts = Menurut bahasa dan jenis
report-parts-text = Terblokir: mulai 0,95; ditahan: mulai 0,2. Dalam kurung dan setelah ± adalah selang 95 %: bila teksnya sedikit, selangnya lebar.
report-ham-held = asli ditahan atau terblokir
report-spam-blocked = spam terblokir
report-spam-held = spam ditahan atau terblokir
report-language = bahasa
report-kind = jenis
report-curves = Kurva
report-tells = Yang berpengaruh
report-tells-text = Unsur menurut bobot yang ditambahkannya, dijumlahkan atas teks yang diukur.
report-texts = teks
report-mean-weight = bobot rata-rata
report-towards-spam = ke arah spam
report-towards-ham = ke arah asli
report-most-wrong = Paling keliru
report-ham-highest = Yang asli dengan skor tertinggi
report-spam-lowest = Spam dengan skor terendah
report-score = skor
report-text = teks
report-named = Siapa yang disebut
report-named-text = Teks yang menyebut suatu kelompok orang, bila satu dari seratus teks tak berbahaya ditandai. BPSN: peluang teks kasar tanpa istilah itu berskor di atas teks tak berbahaya yang memuatnya; rendah bila istilah itu sendiri memberatkan orangnya. BNSP: peluang teks kasar dengan istilah itu berskor di atas teks tak berbahaya tanpanya (Borkan dkk., 2019).
report-term = istilah
report-harmless = tak berbahaya
report-abuse = kasar
report-harmless-flagged = tak berbahaya ditandai
report-auc-among = AUC di antaranya
report-bpsn = AUC BPSN
report-bnsp = AUC BNSP
report-axis-ham-blocked = bagian asli yang terblokir
report-axis-spam-caught = bagian spam yang tertangkap
report-axis-spam-blocked = bagian spam di antara yang terblokir
report-axis-probability = peluang yang diperkirakan
report-axis-spam = bagian spam
report-axis-class = bagian kelasnya
report-axis-labels = label teks ini yang dipelajari
report-axis-auc = AUC pada sisanya
report-plot-caught = Spam tertangkap terhadap asli terblokir pada semua ambang; abu-abu adalah menebak.
report-plot-precision = Presisi dan perolehan pada semua ambang.
report-plot-calibration = Dari teks dengan suatu peluang, berapa yang spam; abu-abu adalah sempurna.
report-plot-scores = Skor untuk yang asli (hijau) dan spam (merah).
report-plot-learning = Model yang diajari dengan sebagian teks ini, diukur dengan separuh yang disisihkan.

## The demo's page

demo-about = Tentang demo ini
demo-what = <strong>Demo Hamlet.</strong> Kirim komentar di bawah: komentar ditahan sampai disetujui moderator. Jadilah moderator di <a href="/desk" target="_blank">meja moderasi</a> (terbuka di samping halaman ini), lalu kembali: yang Anda setujui ada di sini.

## The widget on sites' pages. Its script names a sentence without the beginning, and the first letter after a hyphen large.

widget-edited = disunting
widget-comments = Komentar
widget-none = Belum ada komentar. Jadilah yang pertama.
widget-write = Tulis komentar
widget-name = Nama
widget-email = Email
widget-private = Alamat email Anda tidak akan dipublikasikan.
widget-website = Situs web
widget-optional = opsional
widget-text = Komentar
widget-notify = Kabari saya lewat email jika ada balasan
widget-send = Kirim
widget-sending = Mengirim…
widget-working = Memeriksa bahwa Anda bukan mesin…
widget-reply = Balas
widget-reply-to = Balas { $name }
widget-cancel = Batal
widget-held = Terima kasih. Komentar Anda menunggu peninjauan.
widget-published = Terima kasih. Komentar Anda sudah terbit.
widget-more = Komentar lainnya
widget-failed = Komentar tidak dapat dimuat.
widget-stranger = Layanan ini belum mengenal alamat halaman ini: { $name }. Pengelola situs dapat menambahkannya ke alamat situs di meja moderasi.
widget-again = Coba lagi
widget-add-origin = Tambahkan di meja moderasi
widget-required = Harap diisi.
widget-bad-email = Ini bukan alamat email.
widget-bad-website = Ini bukan alamat web.
widget-too-long = Ini terlalu panjang.
widget-invalid = Ada isian yang belum benar.
widget-too-many = Terlalu banyak komentar dari sini. Coba lagi nanti.
widget-not-sent = Komentar Anda belum terkirim. Teksnya disimpan di sini; silakan coba lagi.
fault-answered = menjawab { $code }
fault-owner-command-line = baris perintah
fault-owner-unknown = pemilik tidak diketahui
