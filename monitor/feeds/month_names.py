"""Names of months in the languages of the feeds, folded to lower case, without dots."""

# January to December; several spellings of one month are separated by a bar.
_LANGUAGES = (
    "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep|sept october|oct "
    "november|nov december|dec",
    "januar|jänner|jän februar|feber märz|mär|maerz|mrz april mai juni juli august september oktober|okt november "
    "dezember|dez",
    "janvier|janv février|févr|fév|fevrier|fevr mars avril|avr mai juin juillet|juil août|aout septembre|sept "
    "octobre novembre décembre|déc|decembre",
    "enero|ene febrero marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre|set octubre noviembre "
    "diciembre|dic",
    "janeiro fevereiro|fev março abril maio|mai junho julho agosto setembro outubro|out novembro dezembro|dez",
    "gennaio|gen febbraio marzo aprile maggio|mag giugno|giu luglio|lug agosto settembre|sett ottobre|ott novembre "
    "dicembre|dic",
    "januari februari maart|mrt april mei juni juli augustus september oktober november december",
    "januar februar mars april maj|mai juni juli august|augusti september oktober november desember|des",
    "styczeń|stycznia|sty luty|lutego|lut marzec|marca kwiecień|kwietnia|kwi maj|maja czerwiec|czerwca|cze "
    "lipiec|lipca|lip sierpień|sierpnia|sie wrzesień|września|wrz październik|października|paź "
    "listopad|listopada|lis grudzień|grudnia|gru",
    "ledna|leden února|únor března|březen dubna|duben května|květen června|červen července|červenec srpna|srpen "
    "září října|říjen listopadu prosince|prosinec",
    "январь|января|янв февраль|февраля|фев|февр март|марта|мар апрель|апреля|апр май|мая июнь|июня|июн "
    "июль|июля|июл август|августа|авг сентябрь|сентября|сен|сент октябрь|октября|окт ноябрь|ноября|ноя "
    "декабрь|декабря|дек",
    "січня|січень|січ лютого|лютий|лют березня|березень|бер квітня|квітень|кві травня|травень|тра "
    "червня|червень|чер липня|липень серпня|серпень|сер вересня|вересень|вер жовтня|жовтень|жов листопада|листопад "
    "грудня|грудень|гру",
    "ocak|oca şubat|şub mart nisan|nis mayıs haziran|haz temmuz|tem ağustos|ağu eylül|eyl ekim|eki kasım|kas "
    "aralık|ara",
    "ianuarie|ian februarie martie aprilie mai iunie|iun iulie|iul august septembrie octombrie noiembrie decembrie",
    "ιανουαρίου|ιαν φεβρουαρίου|φεβ μαρτίου|μαρ απριλίου|απρ μαΐου|μαι ιουνίου|ιουν ιουλίου|ιουλ αυγούστου|αυγ "
    "σεπτεμβρίου|σεπ οκτωβρίου|οκτ νοεμβρίου|νοε δεκεμβρίου|δεκ",
    "يناير فبراير مارس|مارت أبريل|ابريل|إبريل مايو|ماي يونيو|يونيه|جوان يوليو|يوليه|جويلية أغسطس|اغسطس|أوت سبتمبر "
    "أكتوبر|اكتوبر نوفمبر ديسمبر",
    "كانون_الثاني|كانون_ثاني شباط آذار|اذار|أذار نيسان أيار|ايار حزيران تموز آب|اب أيلول|ايلول "
    "تشرين_الأول|تشرين_الاول|تشرين_أول تشرين_الثاني|تشرين_ثاني كانون_الأول|كانون_الاول|كانون_أول",
    "ژانویه فوریه مارس آوریل مه|می ژوئن ژوئیه|جولای اوت|آگوست سپتامبر اکتبر نوامبر دسامبر",
    "ינואר|בינואר פברואר|בפברואר מרץ|במרץ|מרס אפריל|באפריל מאי|במאי יוני|ביוני יולי|ביולי אוגוסט|באוגוסט "
    "ספטמבר|בספטמבר אוקטובר|באוקטובר נובמבר|בנובמבר דצמבר|בדצמבר",
)


def _table() -> dict[str, int]:
    table: dict[str, int] = {}
    for language in _LANGUAGES:
        months = language.split()
        for number, names in enumerate(months, start=1):
            for name in names.split("|"):
                table.setdefault(
                    name.replace("_", " "), number
                )  # where two languages differ, the first one listed wins
    return table


MONTHS = _table()
