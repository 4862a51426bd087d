//! Words that hold sentences together and say nothing about what they are about, of the languages that the service speaks. Models read
//! them; people who ask why something was judged need not.

use std::{collections::HashSet, sync::LazyLock};

/// Apart by blanks: English, German, Spanish, French, Portuguese, Indonesian.
const WORDS: &str = "\
a about after all also am an and any are as at be because been before but by can could did do does for from had \
has have he her here him his how i if in into is it its just like me more most my no not now of on one only or our \
out over own said same she should so some such than that the their them then there these they this those to too up \
us very was we were what when where which while who why will with would you your third there's that's it's i'm \
aber alle als am an auch auf aus bei bin bis da das dass dein dem den der des die dich dir doch du durch ein eine \
einem einen einer er es für habe haben hat hier ich ihm ihn ihr im in ist ja kann kein keine man mehr mein mich mir \
mit nach nicht noch nur oder ob ohne sehr sein sich sie sind so über um und uns unser vom von vor war was wenn wer \
wie wir wird wo zu zum zur \
al algo como con cual cuando de del donde el ella ellos en era es esa ese eso esta este esto fue ha hay la las le les \
lo los más me mi mis muy nada ni nos o os otro para pero por porque que qué quien se ser si sí sin sobre son su sus \
también te tiene todo tu tus un una uno y ya yo \
au aux avec c'est ce ces cette comme d'un d'une dans des du elle en et été être eu il ils j'ai je l'on la le les leur \
lui ma mais mes moi mon même ne nous on ou où par pas plus pour qu'il quand que qui sa sans se ses si son sont sur ta \
tes toi ton tous tout très tu un une vos votre vous y à \
ao aos as até com da das dele dela do dos e ela ele eles em entre era essa esse eu foi há isso isto já lhe mas meu \
minha muito na nas nem no nos nós num numa não o os ou para pela pelo por quando que quem se sem seu sua são só \
também te tem um uma você vocês à às é \
ada adalah agar akan aku anda apa atau bagi bahwa banyak bisa dalam dan dari dengan di dia hanya harus ini itu jadi \
jika juga kami karena ke kita lagi lebih mereka oleh pada sangat saya sebagai seperti sudah tidak untuk yang";

/// Apart by blanks: Arabic, and those of Chinese that are words by themselves.
const OTHERS: &str = "\
في من إلى على عن مع هذا هذه ذلك التي الذي أن إن كان كانت هو هي ما لا لم لن قد أو و ثم كل بعد قبل بين عند نحن أنا أنت \
的 了 是 我 你 他 她 它 们 在 有 和 就 不 也 都 而 及 与 着 或 这 那 个 们 为 以 之 我们 你们 他们";

static ALL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    WORDS
        .split_whitespace()
        .chain(OTHERS.split_whitespace())
        .collect()
});

/// Whether a word says nothing by itself, in whatever case it is written.
#[must_use]
pub fn is_function_word(word: &str) -> bool {
    let word = word
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    ALL.contains(word.replace('\u{2019}', "'").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_every_case_and_with_every_apostrophe() {
        for word in ["The", "FÜR", "That’s", "que", "的", "(and)"] {
            assert!(is_function_word(word), "{word}");
        }
        for word in ["casino", "free", "", "1"] {
            assert!(!is_function_word(word), "{word}");
        }
    }
}
