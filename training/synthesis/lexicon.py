"""Word lists: abbreviations, synonyms, irregular plurals, words of schemas."""

from __future__ import annotations

ABBREVIATIONS = {
    "acct": "account",
    "acc": "account",
    "addr": "address",
    "adr": "address",
    "amt": "amount",
    "appt": "appointment",
    "avg": "average",
    "bal": "balance",
    "bday": "birthday",
    "bldg": "building",
    "cat": "category",
    "ctgry": "category",
    "cd": "code",
    "cntry": "country",
    "co": "company",
    "comp": "company",
    "cnt": "count",
    "ctry": "country",
    "cty": "city",
    "curr": "currency",
    "ccy": "currency",
    "cust": "customer",
    "dept": "department",
    "dep": "department",
    "desc": "description",
    "descr": "description",
    "dest": "destination",
    "dob": "birth date",
    "doc": "document",
    "dur": "duration",
    "dt": "date",
    "emp": "employee",
    "eng": "engine",
    "est": "estimated",
    "exp": "expiry",
    "freq": "frequency",
    "gndr": "gender",
    "grp": "group",
    "hh": "household",
    "hq": "headquarters",
    "hr": "hour",
    "hrs": "hours",
    "inv": "invoice",
    "kwh": "kWh",
    "lang": "language",
    "len": "length",
    "lim": "limit",
    "lic": "license",
    "loc": "location",
    "lvl": "level",
    "max": "maximum",
    "med": "medication",
    "mem": "member",
    "mgr": "manager",
    "min": "minimum",
    "mins": "minutes",
    "mo": "month",
    "msg": "message",
    "mth": "month",
    "mtg": "meeting",
    "nat": "nationality",
    "nbr": "number",
    "nm": "name",
    "no": "number",
    "num": "number",
    "nr": "number",
    "obs": "observation",
    "ord": "order",
    "org": "organization",
    "orig": "origin",
    "pct": "percent",
    "perc": "percent",
    "ph": "phone",
    "pmt": "payment",
    "pos": "position",
    "pop": "population",
    "prc": "price",
    "prod": "product",
    "proj": "project",
    "pt": "patient",
    "pub": "publisher",
    "pwr": "power",
    "qty": "quantity",
    "rcpt": "receipt",
    "ref": "reference",
    "reg": "region",
    "rel": "release",
    "req": "request",
    "res": "reservation",
    "rev": "revenue",
    "rgn": "region",
    "rtg": "rating",
    "sal": "salary",
    "sec": "seconds",
    "secs": "seconds",
    "seg": "segment",
    "shpmt": "shipment",
    "spec": "specialty",
    "st": "status",
    "std": "standard",
    "subs": "subscription",
    "sup": "supplier",
    "supp": "supplier",
    "svc": "service",
    "tel": "phone",
    "temp": "temperature",
    "tkt": "ticket",
    "tm": "time",
    "tot": "total",
    "trk": "track",
    "trx": "transaction",
    "txn": "transaction",
    "typ": "type",
    "usr": "user",
    "util": "utilization",
    "veh": "vehicle",
    "vol": "volume",
    "whs": "warehouse",
    "wgt": "weight",
    "wh": "warehouse",
    "wt": "weight",
    "yr": "year",
    "yrs": "years",
    "fname": "first name",
    "lname": "last name",
    "firstname": "first name",
    "lastname": "last name",
    "bdate": "birth date",
    "ts": "time",
    "sku": "SKU",
    "isbn": "ISBN",
    "gpa": "GPA",
    "url": "URL",
    "ip": "IP",
    "mrr": "MRR",
    "vat": "VAT",
    "fk": "",
    "pk": "",
    "crse": "course",
    "std_": "student",
    "vst": "visit",
    "flt": "flight",
    "apt": "airport",
    "pax": "passengers",
    "capt": "captain",
    "mfr": "manufacturer",
    "mnf": "manufacturer",
    "phn": "phone",
    "eml": "email",
}
"""What people shorten in column names, spelt out."""


SYNONYMS = {
    "customer": ("client",),
    "client": ("customer",),
    "employee": ("staff member", "worker"),
    "product": ("item",),
    "revenue": ("sales", "turnover"),
    "salary": ("pay",),
    "movie": ("film",),
    "film": ("movie",),
    "city": ("town",),
    "supplier": ("vendor",),
    "vendor": ("supplier",),
    "doctor": ("physician",),
    "car": ("vehicle",),
    "vehicle": ("car",),
    "student": ("pupil",),
    "teacher": ("instructor",),
    "shop": ("store",),
    "store": ("shop",),
    "purchase": ("order",),
    "flat": ("apartment",),
    "song": ("track",),
    "track": ("song",),
    "country": ("nation",),
    "book": ("title",),
    "author": ("writer",),
    "price": ("cost",),
    "quantity": ("amount",),
    "phone": ("phone number",),
    "email": ("email address",),
    "birth date": ("date of birth", "birthday"),
    "hire date": ("date of hire", "start date"),
    "order": ("purchase",),
    "department": ("dept",),
    "gender": ("sex",),
    "type": ("kind",),
    "job title": ("position", "role"),
    "quantity in stock": ("stock",),
    "rating": ("score",),
    "duration": ("length",),
    "company": ("firm",),
    "manager": ("boss",),
    "passenger": ("traveller",),
    "patient": ("client",),
    "ticket": ("case",),
    "review": ("comment",),
    "artist": ("musician",),
}
"""Other words for the same thing, for use where they cannot be mistaken for something else in the database."""


IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "staff": "staff",
    "series": "series",
    "species": "species",
    "foot": "feet",
    "mouse": "mice",
    "criterion": "criteria",
    "medium": "media",
    "analysis": "analyses",
    "diagnosis": "diagnoses",
    "leaf": "leaves",
    "shelf": "shelves",
    "wife": "wives",
    "life": "lives",
    "half": "halves",
    "equipment": "equipment",
    "data": "data",
    "sales": "sales",
    "news": "news",
    "premises": "premises",
    "gross": "gross",
    "aircraft": "aircraft",
    "stock": "stock",
    "sheep": "sheep",
    "livestock": "livestock",
    "feedback": "feedback",
    "hardware": "hardware",
    "software": "software",
    "inventory": "inventory",
    "basis": "bases",
    "index": "indexes",
    "tax": "taxes",
    "kwh": "kWh",
    "goods": "goods",
    "campus": "campuses",
    "bus": "buses",
    "status": "statuses",
    "lens": "lenses",
    "gas": "gases",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "echo": "echoes",
    "quiz": "quizzes",
    "axis": "axes",
}


KNOWN = frozenset(
    """absence accessible account achievement activation active activity actor added address admission adopted adverse
    affected age agency agent aircraft airline airport album alcohol allergenic allergens altitude amenities amount
    animal annual anonymous aperture appointment approved archived area arena arrival article artist artwork
    assignee assignment assists astronomer attendance attended attendees author automatic average award awards away
    bags balance bank basket batch bed bedrooms beds begin berths bike billing bin bio birth black blacklisted
    blocked blood body bonus book booking bookstore bottles bounced box branch brand breed broker browser budget
    building built bus buyer calibration call calories campaign cancelled candidate capacity capital captain car
    card cardholder carrier cart catch category cause cell center certified championships channel character check
    checked child churned cinema citizen city claim class click clicks client climate close closed closing club
    coach code college color comment commission commissioning commit company competition completed completion
    concert condition conference conservation constellation consumption contact contactless content contract control
    cook cooking copies cost count country county coupon course coverage crashed create created creation credit
    credits crew crop cuisine currency customer cyclist daily damage data date day days deal death decisive declared
    defects degree delay delayed deleted deliver delivery department departure depth description destination
    developer device diets difficulty dimensions director discarded discharge discontinued discount discovery dish
    display dispute disputed distance district division doctor domain donation donor dosage dose downloads downtime
    draft driver dropped drug due duration edited elected election electric elevation email employed employee
    employees enabled enclosure end engine enrollment entry episode episodes estimated evacuated event events exam
    excused exhibit exhibition experience expiry explicit exposure faculty family fare farm fat faulty fax feature
    features fee feedback feeding field film financing fine finish finished first fitness flag flagged flat flight
    floor flyer follow followers food foreman format formed founded fragile frame free frequent fuel full fund gain
    game garage gate gender genre gift goal goals gpa grade grape green group growing guest guests gym habitable
    harvest has hashtags head headquarters health heart height helpful high highlighted hire home hospital host
    hotel hour hourly hours house households humidity impact impressions incident income incumbent independent
    indoor industry ingredient inspection inspector installation installed institution instructor insurance insured
    interest internal international investigator inviter invoice irrigated issue item job join keeper kind knowledge
    lab label labels landed language languages last late latitude launch lead leading league leave length level
    library license licensed lifespan light likes limit line lines link list listened listener liters living loan
    location log logged login long longitude lot loyalty machine magnitude mail maintenance manager manufacturer
    margin marital market mass match material maximum measurement medication medium meeting member members
    membership mentor merchant message meter method middle mileage milk milking minute minutes mobile mode model
    moisture money month monthly moons mother movement moves movie mrr multiplayer museum name nationality network
    neutered next nick nickname night notes number nurse observation observatory occupation office onboarding open
    opened opening operational operator opted optional order organic organizer orientation origin out outage outcome
    outdated outdoor output overtime owner package page pages paid parent park parking part participant participants
    party passed passenger passengers patient payload payment people performance period permit person pet phase
    phone pickup pilot plan planet planned plant plate platforms play player playground playlist plays plot podcast
    points policy pool population port position post postal power precipitation preferred premium preparation
    prescription pressure price priority private prize probability produced product profession professor profit
    project property protected province public publication published publisher purchase quality quantity quota race
    radius rainfall range rank rare rate rated rating reading reason rebounds recipe recurring referrer refills
    refrigerated refund refunded region registered registration related release remote rental reorder repair
    reported reporter representative request reservation resolution resolved restaurant result return revenue review
    reviewer rider risk roaming role room rooms rounds route runtime runways salary sale sales sample satisfaction
    scholarship school score screening screens scroll sea season seat seats sector seen segment semester sensor sent
    serial service servings session severity sex shares shift ship shipment shipped shipping shop short sign signup
    since site size skill skills sky smoker soil sold song source speaker special specialty species spectral speed
    spoilers sponsor sponsorship sso stable stadium staff stage standard star stars start state station status stock
    stop stops store storm story strategic street student studio subject subscribed subscriber subscription sum
    sunday supervisor supplier support systolic table tags tail talk target tariff task taster tasting tax teacher
    team technician technology telescope temperature term termination terms territory test thank ticket tickets time
    timesheet tip title ton topic topics total tournament tower track trade train trainer training transaction
    travel trees trial trip truck turbine turnout twitter type unit update urgent url usage used user username users
    vaccinated vaccination vaccine valid value vegetarian vehicle vendor venue verified version vessel vet view
    viewing views vintage violation vip visit visiting visitor visitors volunteer voters votes voyage wage waiter
    ward warehouse web week weekday weight white width wind wine winery wins withdrawn word words work worker
    wrapped year years yield you zip zone""".split()
) | {w for text in ABBREVIATIONS.values() for w in text.lower().split()}
"""Words by which names that run together are split."""
