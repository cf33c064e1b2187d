"""Names that every article may use and that no rule can guess: countries and their people, titles, heads of names.

General knowledge, kept small: what is missing here is still found as a name, only without its other spellings.
"""

# country: other names / adjectives and people
_COUNTRIES = """
Afghanistan:/Afghan Afghans; Albania:/Albanian Albanians; Algeria:/Algerian Algerians; Angola:/Angolan Angolans
Argentina:/Argentine Argentinian Argentines; Armenia:/Armenian Armenians; Australia:/Australian Australians
Austria:/Austrian Austrians; Azerbaijan:/Azerbaijani Azerbaijanis Azeri; Bahrain:/Bahraini Bahrainis
Bangladesh:/Bangladeshi Bangladeshis; Belarus:Belarussia/Belarusian Belarusians; Belgium:/Belgian Belgians
Bolivia:/Bolivian Bolivians; Bosnia:Bosnia and Herzegovina/Bosnian Bosnians; Brazil:/Brazilian Brazilians
Bulgaria:/Bulgarian Bulgarians; Burkina Faso:/Burkinabe; Burundi:/Burundian; Cambodia:/Cambodian Cambodians
Cameroon:/Cameroonian; Canada:/Canadian Canadians; Central African Republic:/; Chad:/Chadian
Chile:/Chilean Chileans; China:People's Republic of China/Chinese; Colombia:/Colombian Colombians
Congo:DR Congo,DRC,Democratic Republic of Congo/Congolese; Costa Rica:/Costa-Rican; Croatia:/Croatian Croatians
Cuba:/Cuban Cubans; Cyprus:/Cypriot Cypriots; Czech Republic:Czechia/Czech Czechs; Denmark:/Danish Danes
Dominican Republic:/Dominican; Ecuador:/Ecuadorian Ecuadorean; Egypt:/Egyptian Egyptians; El Salvador:/Salvadoran
Eritrea:/Eritrean Eritreans; Estonia:/Estonian Estonians; Ethiopia:/Ethiopian Ethiopians; Finland:/Finnish Finns
France:/French; Gabon:/Gabonese; Gambia:/Gambian; Georgia:/Georgian Georgians; Germany:/German Germans
Ghana:/Ghanaian Ghanaians; Greece:/Greek Greeks; Guatemala:/Guatemalan; Guinea:/Guinean; Haiti:/Haitian Haitians
Honduras:/Honduran Hondurans; Hungary:/Hungarian Hungarians; Iceland:/Icelandic; India:/Indian Indians
Indonesia:/Indonesian Indonesians; Iran:Islamic Republic of Iran/Iranian Iranians; Iraq:/Iraqi Iraqis
Ireland:/Irish; Israel:/Israeli Israelis; Italy:/Italian Italians; Ivory Coast:Côte d'Ivoire/Ivorian
Jamaica:/Jamaican; Japan:/Japanese; Jordan:/Jordanian Jordanians; Kazakhstan:/Kazakh; Kenya:/Kenyan Kenyans
Kosovo:/Kosovar; Kuwait:/Kuwaiti Kuwaitis; Kyrgyzstan:/Kyrgyz; Laos:/Laotian; Latvia:/Latvian Latvians
Lebanon:/Lebanese; Liberia:/Liberian; Libya:/Libyan Libyans; Lithuania:/Lithuanian Lithuanians; Luxembourg:/
Madagascar:/Malagasy; Malawi:/Malawian; Malaysia:/Malaysian Malaysians; Mali:/Malian Malians; Malta:/Maltese
Mauritania:/Mauritanian; Mexico:/Mexican Mexicans; Moldova:/Moldovan Moldovans; Mongolia:/Mongolian
Montenegro:/Montenegrin; Morocco:/Moroccan Moroccans; Mozambique:/Mozambican; Myanmar:Burma/Burmese
Namibia:/Namibian; Nepal:/Nepali Nepalese; Netherlands:Holland/Dutch; New Zealand:/New-Zealander
Nicaragua:/Nicaraguan; Niger:/Nigerien; Nigeria:/Nigerian Nigerians; North Korea:DPRK/North-Korean
North Macedonia:/Macedonian; Norway:/Norwegian Norwegians; Oman:/Omani Omanis; Pakistan:/Pakistani Pakistanis
Palestine:State of Palestine/Palestinian Palestinians; Panama:/Panamanian; Paraguay:/Paraguayan
Peru:/Peruvian Peruvians; Philippines:/Filipino Filipinos Philippine; Poland:/Polish Poles; Portugal:/Portuguese
Qatar:/Qatari Qataris; Romania:/Romanian Romanians; Russia:Russian Federation/Russian Russians
Rwanda:/Rwandan Rwandans; Saudi Arabia:Kingdom of Saudi Arabia,KSA/Saudi Saudis; Senegal:/Senegalese
Serbia:/Serbian Serbs; Sierra Leone:/; Singapore:/Singaporean; Slovakia:/Slovak Slovaks
Slovenia:/Slovenian Slovenes; Somalia:/Somali Somalis; South Africa:/South-African
South Korea:Republic of Korea/South-Korean; South Sudan:/; Spain:/Spanish Spaniards; Sri Lanka:/Sri-Lankan
Sudan:/Sudanese; Sweden:/Swedish Swedes; Switzerland:/Swiss; Syria:/Syrian Syrians; Taiwan:/Taiwanese
Tajikistan:/Tajik; Tanzania:/Tanzanian; Thailand:/Thai Thais; Tunisia:/Tunisian Tunisians
Turkey:Türkiye,Turkiye/Turkish Turks; Turkmenistan:/Turkmen; Uganda:/Ugandan Ugandans; Ukraine:/Ukrainian Ukrainians
United Arab Emirates:UAE,Emirates/Emirati Emiratis
United Kingdom:UK,U.K.,Britain,Great Britain/British Briton Britons
United States:US,U.S.,USA,United States of America,America/American Americans; Uruguay:/Uruguayan; Uzbekistan:/Uzbek
Venezuela:/Venezuelan Venezuelans; Vietnam:Viet Nam/Vietnamese; Yemen:/Yemeni Yemenis; Zambia:/Zambian
Zimbabwe:/Zimbabwean
"""

# Bodies and things that the world's press calls by several names of which none spells another.
_KNOWN = """
organisation|Islamic State|ISIS,ISIL,Daesh,Da'esh,Islamic State group,Islamic State of Iraq and Syria,داعش
organisation|United Nations|UN,U.N.
organisation|European Union|EU,E.U.
organisation|NATO|North Atlantic Treaty Organization,North Atlantic Alliance
organisation|World Health Organization|World Health Organisation
organisation|UNHCR|UN refugee agency,UN High Commissioner for Refugees,United Nations High Commissioner for Refugees
organisation|UNICEF|UN children's fund,United Nations Children's Fund
organisation|World Food Programme|WFP,World Food Program
organisation|OCHA|UN humanitarian office,Office for the Coordination of Humanitarian Affairs
organisation|International Monetary Fund|IMF
organisation|International Atomic Energy Agency|IAEA,UN nuclear watchdog
organisation|International Committee of the Red Cross|ICRC,Red Cross
organisation|International Criminal Court|ICC
organisation|World Bank|World Bank Group
organisation|Federal Reserve|US Federal Reserve,U.S. Federal Reserve
organisation|United States Geological Survey|USGS,US Geological Survey,U.S. Geological Survey
organisation|Islamic Revolutionary Guard Corps|IRGC,Revolutionary Guards,Revolutionary Guard,Iran's Revolutionary Guards
organisation|Al-Qaeda|al Qaeda,al-Qaida,Qaeda,القاعدة
organisation|Taliban|Taleban
organisation|Hamas|حماس
organisation|Popular Mobilization Forces|PMF,PMU,Popular Mobilization Units,Hashd al-Shaabi,الحشد الشعبي
organisation|Wagner Group|Wagner,PMC Wagner
event|COVID-19 pandemic|coronavirus,COVID-19,Covid,coronavirus pandemic,novel coronavirus,SARS-CoV-2
event|Ebola outbreak|Ebola
"""


def _read_countries() -> dict[str, tuple[str, ...]]:
    found = {}
    for entry in _COUNTRIES.replace("\n", ";").split(";"):
        if entry.strip():
            name, _, rest = entry.strip().partition(":")
            others, _, people = rest.partition("/")
            names = [part.strip() for part in others.split(",")] + [part.replace("-", " ") for part in people.split()]
            found[name] = tuple(part for part in names if part)
    return found


COUNTRIES = _read_countries()
KNOWN = {
    name: (kind, tuple(aliases.split(",")))
    for kind, name, aliases in (line.split("|") for line in _KNOWN.strip().splitlines())
}
# Adjectives and peoples: "Iraqi" before a name belongs to the name or says whose it is, but is no name by itself.
DEMONYMS = frozenset(name for names in COUNTRIES.values() for name in names if name[-2:] not in ("K.", "S."))

MONTHS_AND_DAYS = frozenset(
    """january february march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
    est edt gmt utc pst cet bst mondays tuesdays wednesdays thursdays fridays saturdays sundays christmas ramadan
    easter""".split()
)
# Peoples and faiths: too wide to watch, and no thing of their own.
GROUPS = frozenset(
    """shiite shiites shia shias shi'a shi'ite shi'ites sunni sunnis kurd kurds kurdish arab arabs arabic muslim
    muslims islamist islamists christian christians jew jews jewish yazidi yazidis yezidi turkmens turkoman catholic
    catholics protestant protestants orthodox buddhist hindu hindus african africans asian asians european europeans
    western westerners latin middle-eastern persian persians english black white republican republicans democrat
    democrats marxist communist communists jihadist jihadists salafi alawite druze nazi nazis""".split()
)
TITLES = frozenset(
    """mr mrs ms miss dr prof professor sir dame lord lady president vice-president ex-president vice premier prime
    minister ministers chancellor king queen prince princess crown emir sultan sheikh shaykh ayatollah grand imam
    pope cardinal archbishop bishop rabbi mullah hajj haj general gen major maj lieutenant lt colonel col captain
    capt sergeant sgt corporal brigadier brig admiral adm commander commandant marshal senator sen congressman
    congresswoman representative rep governor gov mayor secretary undersecretary ambassador envoy judge justice
    attorney leader supreme chief chairman chairwoman chair director spokesman spokeswoman spokesperson deputy host
    former staff acting analyst professor engineer coach detective officer sheriff inspector commissioner speaker
    field lawmaker mp reporter ceo cfo coo executive""".split()
)
ORGANISATION_HEADS = frozenset(
    """agency alliance army association authority bank bar battalion battalions board brigade brigades bureau cabinet
    centre center chamber church club coalition college command commission committee company confederation
    conference congress corporation corps council court defence defense department directorate division federation
    fleet force forces foundation front fund government group guard guards guild helmets house institute institution
    league ministry mission monitor movement navy network office operations organisation organization parliament
    parties party police post programme program regiment reserve resistance ratings secretariat senate service
    services society squad state survey syndicate team times treasury tribunal trust union unit units university
    watch airlines airways motors news press inc ltd corp plc llc co militia intifada assembly reuters brotherhood
    axis knesset pentagon kremlin kataib kata'ib kataeb harakat asaib asa'ib hezbollah hizballah jaish jaysh jabhat
    ansar saraya liwa administration airline holdings industries systems laboratories partners faylaq hizb hashd
    usbat""".split()
)
PLACE_HEADS = frozenset(
    """airbase airfield airport airstrip avenue barracks base basin bay beach border bridge camp canal cape castle
    checkpoint city coast compound county creek crossing dam desert district embassy consulate estate factory field
    garrison gate gorge governorate gulf harbour harbor heights hill hills hospital island islands junction lake
    mall mine mount mountain mountains neighbourhood neighborhood ocean oilfield palace park passage peninsula plain
    plains plant plaza port power-plant prefecture prison province quarter refinery region reservoir ridge river
    road sea square stadium station strait street strip terminal town tower valley village wall zone""".split()
)
# Known as places without "in" before them.
CITIES = frozenset(
    """Abuja Aleppo Algiers Amman Ankara Athens Baghdad Bamako Basra Beijing Beirut Belgrade Berlin Bogota Brasilia
    Brussels Bucharest Budapest Cairo Canberra Caracas Damascus Delhi Dhaka Doha Donetsk Dubai Erbil Gaza Geneva
    Hanoi Havana Islamabad Istanbul Jakarta Jerusalem Kabul Kharkiv Khartoum Kiev Kinshasa Kirkuk Kyiv Lagos Lima
    Lisbon London Madrid Manila Mariupol Mogadishu Moscow Mosul Nairobi Odesa Oslo Ottawa Paris Prague Pretoria
    Pyongyang Ramallah Riyadh Rome Sanaa Seoul Stockholm Taipei Tbilisi Tehran Tokyo Tripoli Tunis Vienna Warsaw
    Yerevan Zagreb""".split()
)
# Surnames that so many bear that alone they say little.
COMMON_SURNAMES = frozenset(
    """abbas abdullah ahmed ali allen anderson brown bush carter chen clark clinton cohen cook cooper davis evans
    garcia green hall hassan harris hussein hill ibrahim jackson johnson jones khan khalil kim king kumar lee levy
    lewis li liu lopez mahdi mahmoud martin martinez miller mohammed mohammad moore nguyen park perez roberts
    robinson rodriguez saleh salman scott sharma singh smith taylor thomas thompson walker wang white williams
    wilson wood wright yang young youssef zhang""".split()
)
INSTALLATIONS = frozenset("base camp airbase air military fob firebase outpost garrison barracks".split())
EVENT_HEADS = frozenset(
    """accord accords agreement amnesty attack attacks battle bombing campaign ceasefire championship cup conference
    convention crisis cyclone day deal declaration disaster earthquake earthquakes election elections exercise
    famine festival fire flood floods games genocide hurricane initiative intervention invasion massacre olympics
    operation operations outbreak pandemic plan protest protests referendum revolution riots spring storm strike
    strikes summit talks treaty typhoon uprising war wars act pact protocol resolution doctrine""".split()
)
# What may stand in lower case inside a name, between two capitalised words.
PARTICLES = frozenset("al el bin ibn bint abu de del della da dos du di la le von van der den ter zu af".split())
# Words that begin sentences with a capital and are no names.
OPENERS = frozenset(
    """according actually additionally ahead alongside amid amidst among analysts analysis apart aside authorities
    barely based besides beyond certainly clearly commentators compared concern concerns considering consequently
    contrary critics currently dear depending despite diplomats due earlier early economists eight eighteen eleven
    engineers especially eventually every everyone everything evidence except experts fearing fifteen fifty finally
    first five following forces forecasters former forty founded four fourth frequently fresh fully further
    furthermore generally given groups had half hardly having help hence here historically hopes hundreds hours
    human ideally if imagine important including increasingly indeed initially inside instead ironically journalists
    keep late later lately latest leaders leading left like likewise local look looking lots low mainly major many
    meanwhile men millions minutes more moreover most moving much naturally needless neither nevertheless new news
    next nine nobody none nonetheless note nothing notably now observers obviously officials often old one only
    opponents opposition originally others otherwise outside overall part parts people perhaps plans police pre
    previously prices private pro prosecutors protesters public quite recent recently records regardless remember
    reports rescuers researchers residents responding results rising scientists second see senior separately seven
    several shortly similarly simply since six sixth small social some sometimes soon sources speaking specifically
    still strong such supporters ten tensions tens thanks third thirteen thirty thousands three thus today together
    tomorrow tonight troops twelve twenty two ultimately unless unlike until usually various victims violence voters
    warning weeks when whatever whether whoever women world worse worst yes yesterday young""".split()
)
