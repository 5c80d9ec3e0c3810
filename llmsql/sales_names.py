"""Names, products and people that ``llmsql.sales`` fills its tables with."""

from __future__ import annotations

# Region: share of customers, then country -> cities, then first and last names that are common there.
REGIONS: dict[str, tuple[int, dict[str, str], str, str]] = {
    "North America": (
        34,
        {"United States": "New York,Chicago,Seattle,Austin,Boston,Denver", "Canada": "Toronto,Montréal,Vancouver"},
        "Emily,Michael,Hannah,Jacob,Olivia,Ethan,Grace,Tyler,Chloe,Nathan,Madison,Andrew,Abigail,Ryan,Zoë,Luke",
        "Johnson,Miller,Davis,Wilson,Anderson,Thompson,Tremblay,Carter,Mitchell,Roberts,Campbell,Murphy,Gagnon,Bell,"
        "Foster,Hayes,Sullivan,Reed",
    ),
    "Europe": (
        30,
        {
            "Germany": "Berlin,München,Hamburg",
            "France": "Paris,Lyon",
            "United Kingdom": "London,Manchester",
            "Switzerland": "Zürich,Genève",
            "Spain": "Madrid",
            "Poland": "Kraków",
            "Sweden": "Malmö",
        },
        "Anna,Lukas,Sophie,Mateusz,Chloé,Oliver,Ingrid,Jürgen,Lucía,Hugo,Freya,Björn,Marie,Tomás,Elsa,Pierre",
        "Müller,Schmidt,Dubois,Moreau,Clarke,Wright,García,Kowalski,Nowak,Lindqvist,Weber,Fischer,Bernard,Keller,"
        "Hughes,Navarro,Persson,Zimmermann",
    ),
    "Asia Pacific": (
        20,
        {
            "Japan": "Tokyo,Osaka",
            "Australia": "Sydney,Melbourne",
            "India": "Mumbai,Bengaluru",
            "Singapore": "Singapore",
            "South Korea": "Seoul",
        },
        "Yuki,Haruto,Priya,Arjun,Mei,Wei,Ji-woo,Min-jun,Aiko,Rohan,Ananya,Kenji,Lily,Jack,Sakura,Vikram",
        "Tanaka,Suzuki,Sharma,Patel,Chen,Lim,Kim,Park,Nguyen,Sato,Iyer,Wong,Taylor,Walker,Watanabe,Gupta,Choi,Tan",
    ),
    "Latin America": (
        10,
        {
            "Brazil": "São Paulo,Rio de Janeiro",
            "Mexico": "Ciudad de México,Guadalajara",
            "Colombia": "Bogotá",
            "Argentina": "Córdoba",
            "Chile": "Santiago",
        },
        "João,Camila,Mateo,Valentina,Thiago,Isabela,Andrés,Sofía,Rafael,Gabriela,Diego,Larissa,Julián,Renata,Bruno,Inés",
        "Silva,Santos,Rodríguez,Gómez,Fernández,Oliveira,Souza,Hernández,Ramírez,Costa,Vargas,Castro,Rojas,Muñoz,"
        "Pereira,Almeida,Ortiz,Peña",
    ),
    "Middle East & Africa": (
        6,
        {
            "United Arab Emirates": "Dubai",
            "South Africa": "Cape Town,Johannesburg",
            "Kenya": "Nairobi",
            "Nigeria": "Lagos",
            "Morocco": "Casablanca",
        },
        "Fatima,Omar,Amara,Kwame,Layla,Yusuf,Zanele,Tariq,Nadia,Chidi,Aisha,Hassan,Thandi,Karim,Salma,Emeka",
        "Hassan,Okafor,Mwangi,Nkosi,Al-Farsi,Haddad,Mensah,Botha,Khalil,Abubakar,Naidoo,Benali,Otieno,Dlamini,Mansour,"
        "Adeyemi,Kamau,Rahman",
    ),
}

COMPANY_WORDS = (
    "Alder,Amber,Beacon,Birch,Bluewater,Brightside,Canyon,Cedar,Cobalt,Copperfield,Crestline,Evergreen,Falcon,Foxglove,"
    "Granite,Harbor,Hazel,Highland,Ironbridge,Juniper,Kestrel,Lakeshore,Lantern,Larkspur,Meridian,Millstone,Northgate,"
    "Oakmont,Orchard,Pinnacle,Quarry,Redwood,Riverbend,Saffron,Silverton,Stonebridge,Summit,Thornbury,Vantage,Willow"
)
COMPANY_KINDS = (
    "Logistics,Partners,Foods,Consulting,Studios,Health,Engineering,Media,Insurance,Textiles,Labs,Architects,Energy,"
    "Hotels,Software,Legal,Motors,Schools"
)

# Category: name, list price, unit cost, popularity, launch, end of sale. Popularity 0 is never sold.
PRODUCTS: dict[str, str] = {
    "Chairs": """
        Aria Office Chair|249.00|131.50|95|2019-03-04|
        Aria Office Chair Pro|389.00|214.00|40|2021-09-13|
        Brisa Mesh Chair|179.00|92.00|70|2020-02-10|
        Luno Kneeling Chair|149.00|88.00|6|2019-06-17|2023-06-30
        Orbit Gaming Chair|299.00|172.00|22|2022-10-03|
        Piko Stool|69.00|31.00|30|2018-05-07|
        Tessa Visitor Chair|119.00|58.00|34|2018-09-03|
        Velo Saddle Chair|219.00|127.00|4|2024-03-11|""",
    "Desks": """
        Forma Standing Desk|549.00|318.00|48|2020-08-24|
        Forma Standing Desk XL|729.00|431.00|20|2022-03-14|
        Nord Writing Desk|329.00|176.00|26|2018-04-09|
        Kubo Corner Desk|449.00|262.00|11|2019-11-04|2024-03-29
        Plano Folding Desk|159.00|84.00|24|2021-01-18|
        Stelo Conference Table|1290.00|760.00|5|2019-02-11|
        Lift Desk Converter|229.00|120.00|17|2020-05-25|""",
    "Monitors": """
        Vista 24 Monitor|159.00|112.00|75|2020-01-13|
        Vista 27 Monitor|239.00|164.00|90|2020-01-13|
        Vista 32 Curved Monitor|419.00|289.00|32|2021-06-07|
        Vista 34 Ultrawide Monitor|629.00|438.00|14|2023-02-20|
        Duo Portable Monitor|199.00|141.00|12|2022-05-16|
        Retro 19 Monitor|99.00|78.00|5|2017-03-06|2022-09-30
        Arm Single Monitor Mount|59.00|24.00|44|2019-08-12|""",
    "Audio": """
        Echo Wireless Headset|129.00|68.00|80|2020-10-05|
        Echo Wireless Headset Pro|199.00|103.00|33|2022-08-22|
        Sona Conference Speaker|159.00|83.00|25|2020-04-20|
        Sona Room Microphone|249.00|138.00|8|2021-11-15|
        Pico Earbuds|79.00|35.00|62|2021-03-22|
        Tempo Desk Speakers|89.00|47.00|18|2018-10-29|
        Wired Headset Basic|29.00|12.50|15|2016-02-01|2023-12-29""",
    "Keyboards": """
        Tacto Mechanical Keyboard|139.00|71.00|50|2020-06-15|
        Tacto Compact Keyboard|99.00|49.00|42|2021-08-30|
        Silk Wireless Keyboard|59.00|27.00|85|2019-09-16|
        Split Ergo Keyboard|189.00|104.00|7|2022-11-07|
        Glide Wireless Mouse|39.00|16.00|100|2019-09-16|
        Glide Vertical Mouse|59.00|26.00|21|2021-05-10|
        Numa Number Pad|35.00|17.00|0|2023-09-04|""",
    "Lighting": """
        Halo Desk Lamp|69.00|29.00|55|2019-01-21|
        Halo Floor Lamp|139.00|66.00|16|2019-01-21|
        Prism Monitor Light Bar|89.00|41.00|28|2021-10-11|
        Sunrise Daylight Lamp|119.00|57.00|13|2020-11-09|
        Strip LED Kit|29.00|11.00|19|2020-07-06|2024-06-28
        Candela Ring Light|49.00|22.00|9|2021-02-15|""",
    "Bags": """
        Metro Laptop Backpack|89.00|38.00|65|2019-07-08|
        Metro Laptop Sleeve|35.00|13.00|58|2019-07-08|
        Transit Rolling Case|179.00|91.00|10|2021-04-26|
        Courier Messenger Bag|99.00|45.00|23|2018-08-20|
        Weekender Duffel|129.00|62.00|8|2022-06-27|
        Atlas Travel Trunk|349.00|207.00|0|2022-02-07|2023-10-31""",
    "Stationery": """
        Grid Notebook A5|12.50|4.10|98|2016-01-04|
        Grid Notebook A4|15.90|5.60|60|2016-01-04|
        Gel Pen Set of 10|14.00|4.80|88|2016-01-04|
        Whiteboard 120 x 90|119.00|61.00|12|2017-10-02|
        Whiteboard Marker Set|11.90|3.90|45|2017-10-02|
        Desk Organizer Oak|45.00|19.50|27|2020-09-21|
        Sticky Notes Cube|6.90|2.10|72|2016-01-04|
        Year Planner 2025|24.00|8.70|0|2024-12-16|""",
}

# Name, region (empty for the head of sales), hire date, manager, share of the region's orders (0: does not sell).
SALES_PEOPLE = """
    Margaret Ellison||2015-02-02||0
    Daniel Brooks|North America|2016-04-11|Margaret Ellison|4
    Katarina Vogel|Europe|2016-09-05|Margaret Ellison|4
    Hiroshi Nakamura|Asia Pacific|2017-01-16|Margaret Ellison|5
    Beatriz Carvalho|Latin America|2018-06-04|Margaret Ellison|8
    Samir Haddad|Middle East & Africa|2019-03-18|Margaret Ellison|10
    Jessica Palmer|North America|2018-02-19|Daniel Brooks|14
    Marcus Greene|North America|2019-08-05|Daniel Brooks|11
    Rachel Kim|North America|2020-10-12|Daniel Brooks|9
    Trevor Lawson|North America|2022-03-07|Daniel Brooks|8
    Noémie Fortin|North America|2023-05-22|Daniel Brooks|10
    Stefan Brandt|Europe|2017-11-06|Katarina Vogel|13
    Amélie Rousseau|Europe|2019-05-13|Katarina Vogel|10
    James Whitfield|Europe|2021-02-01|Katarina Vogel|9
    Zofia Wójcik|Europe|2022-09-19|Katarina Vogel|12
    Pablo Serrano|Europe|2024-02-05|Katarina Vogel|6
    Ayumi Fujita|Asia Pacific|2019-04-01|Hiroshi Nakamura|12
    Ravi Menon|Asia Pacific|2020-07-20|Hiroshi Nakamura|10
    Claire Donnelly|Asia Pacific|2022-06-13|Hiroshi Nakamura|7
    Lucas Ferreira|Latin America|2020-03-09|Beatriz Carvalho|12
    Mariana Delgado|Latin America|2023-01-23|Beatriz Carvalho|9
    Nomvula Khumalo|Middle East & Africa|2021-08-16|Samir Haddad|11
    Adel Mansouri|Middle East & Africa|2024-12-02|Samir Haddad|0
"""
