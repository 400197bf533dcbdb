"""Word lists for names, places and texts, in Latin and Chinese script."""


def _listed(text: str) -> list[str]:
    """Words parted by commas where there are any, else by spaces."""
    return text.split("," if "," in text else None)


GIVEN_FEMALE = _listed(
    "Anna Emma Laura Sophie Marie Julia Lena Clara Chiara Giulia Camille Chloé Élodie Zoë Ingrid Astrid Elena "
    "Sofía Lucía Katarzyna Zofia Olga Irina Fatima Amélie Bénédicte Margrit Ursula Regula Heidi Charlotte "
    "Victoria Eleanor Grace Alice"
)
GIVEN_MALE = _listed(
    "Lukas Jonas Felix Paul Maximilian Leon Marco Luca Matteo Alessandro Hugo Jules Théo François Björn Søren "
    "Lars Diego Javier Andrés Jakub Tomasz Dmitri Sergei Karim Urs Beat Reto Jürg Hansruedi William Henry George "
    "Oliver Edward Thomas"
)
FAMILY = _listed(
    "Müller Meier Schmid Keller Weber Huber Schneider Fischer Brunner Baumann Gerber Zürcher Steiner Bühler Frei "
    "Rossi Bianchi Ferrari Romano Conti Martin Bernard Dubois Lefèvre Moreau Garnier Rousseau Jensen Hansen "
    "Lindqvist Øster García Fernández Núñez Kowalski Nowak Novák Ivanov Petrov Haddad Smith Taylor Brown "
    "Whitfield Ashworth Harrington Pemberton Clarke Hughes Lombardi Visconti Wyss Zbinden Aebischer Oberholzer "
    "Von-Arx"
)
FAMILY_HAN = _listed(
    "王:Wang 李:Li 张:Zhang 刘:Liu 陈:Chen 杨:Yang 黄:Huang 赵:Zhao 吴:Wu 周:Zhou 徐:Xu 孙:Sun 马:Ma 朱:Zhu "
    "胡:Hu 郭:Guo 何:He 林:Lin 高:Gao 罗:Luo 郑:Zheng 梁:Liang 谢:Xie 宋:Song 唐:Tang 许:Xu 邓:Deng 冯:Feng "
    "韩:Han 曹:Cao 曾:Zeng 彭:Peng 萧:Xiao 蔡:Cai 潘:Pan 欧阳:Ouyang"
)
GIVEN_HAN_FEMALE = _listed(
    "芳:Fang 娜:Na 敏:Min 静:Jing 丽:Li 秀英:Xiuying 雅婷:Yating 淑芬:Shufen 雪梅:Xuemei 晓燕:Xiaoyan "
    "梦洁:Mengjie 思雨:Siyu 欣怡:Xinyi 嘉慧:Jiahui 美玲:Meiling 佩珊:Peishan 婉清:Wanqing 若兰:Ruolan"
)
GIVEN_HAN_MALE = _listed(
    "伟:Wei 强:Qiang 磊:Lei 军:Jun 勇:Yong 杰:Jie 涛:Tao 明:Ming 志强:Zhiqiang 建国:Jianguo 浩然:Haoran "
    "子轩:Zixuan 文博:Wenbo 俊杰:Junjie 家豪:Jiahao 国栋:Guodong 天佑:Tianyou 永健:Yongjian"
)

# Name, name in the local script, country, region, first characters of postal codes, telephone prefix.
CITIES = (
    ("Zürich", "Zürich", "CH", "Zürich", "80", "+4144"),
    ("Genève", "Genève", "CH", "Genève", "12", "+4122"),
    ("Basel", "Basel", "CH", "Basel-Stadt", "40", "+4161"),
    ("Lugano", "Lugano", "CH", "Ticino", "69", "+4191"),
    ("Zug", "Zug", "CH", "Zug", "63", "+4141"),
    ("München", "München", "DE", "Bayern", "80", "+4989"),
    ("Frankfurt", "Frankfurt", "DE", "Hessen", "60", "+4969"),
    ("Hamburg", "Hamburg", "DE", "Hamburg", "20", "+4940"),
    ("Paris", "Paris", "FR", "Île-de-France", "75", "+331"),
    ("Lyon", "Lyon", "FR", "Rhône-Alpes", "69", "+334"),
    ("Milano", "Milano", "IT", "Lombardia", "20", "+3902"),
    ("Luxembourg", "Luxembourg", "LU", "Luxembourg", "18", "+352"),
    ("London", "London", "GB", "London", "SW", "+4420"),
    ("Madrid", "Madrid", "ES", "Madrid", "28", "+3491"),
    ("Wien", "Wien", "AT", "Wien", "10", "+431"),
    ("Amsterdam", "Amsterdam", "NL", "Noord-Holland", "10", "+3120"),
    ("Lisboa", "Lisboa", "PT", "Lisboa", "11", "+35121"),
    ("New York", "New York", "US", "New York", "10", "+1212"),
    ("Hong Kong", "香港", "HK", "香港島", "99", "+852"),
    ("Shanghai", "上海", "CN", "上海市", "20", "+8621"),
    ("Beijing", "北京", "CN", "北京市", "10", "+8610"),
    ("Shenzhen", "深圳", "CN", "广东省", "51", "+86755"),
    ("Guangzhou", "广州", "CN", "广东省", "51", "+8620"),
    ("Hangzhou", "杭州", "CN", "浙江省", "31", "+86571"),
)
HAN_CITIES = tuple(index for index, city in enumerate(CITIES) if city[2] in ("HK", "CN"))
LATIN_CITIES = tuple(index for index, city in enumerate(CITIES) if city[2] not in ("HK", "CN"))
CITY_LANGUAGE = {
    "CH": "de", "DE": "de", "FR": "fr", "IT": "it", "LU": "fr", "GB": "en", "ES": "es", "HK": "zh", "CN": "zh",
    "AT": "de", "NL": "nl", "PT": "pt", "US": "en",
}  # fmt: skip
CITY_CURRENCY = {"CH": "CHF", "GB": "GBP", "HK": "HKD", "CN": "CNY", "US": "USD"}

STREETS = _listed(
    "Bahnhofstrasse,Seestrasse,Dorfstrasse,Hauptstrasse,Rue du Rhône,Avenue Foch,Rue de la Paix,Via Nassa,"
    "Via Roma,Kirchgasse,Goethestraße,Maximilianstraße,Park Lane,King's Road,Calle Mayor,Boulevard Royal,"
    "Quai Wilson,Limmatquai"
)
STREETS_HAN = _listed(
    "人民路 中山路 解放路 南京东路 建国路 长安街 皇后大道中 德辅道中 淮海中路 深南大道 天河路 西湖大道"
)

COMPANY_WORDS = _listed(
    "Alpina Helvetia Rhein Aurora Meridian Concordia Vega Borealis Castor Delphin Lumen Atlas Orion Saphir"
)
COMPANY_TRADES = _listed(
    "Logistics Pharma Engineering Foods Software Textiles Energy Shipping Optics Capital Robotics Media"
)
COMPANY_HAN = _listed("华信 恒通 东方 金瑞 远洋 盛世 天成 中和 长江 新锐")
COMPANY_HAN_TRADES = _listed("科技 贸易 投资 医药 物流 能源 文化 电子")

COMPLIMENTS = (
    "Very helpful and quick",
    "Sehr freundlich, danke",
    "Conseiller à l'écoute",
    "Troppo lento",
    "服务很好",
    "等待时间太长",
    "App keeps logging me out",
    "Gebühren sind nicht klar",
    "非常满意，谢谢",
    "Prima consulenza",
)
COMPLIMENT_LANGUAGES = ("en", "de", "fr", "it", "zh", "zh", "en", "de", "zh", "it")


def parted(pairs: list[str]) -> tuple[list[str], list[str]]:
    """The two sides of `han:latin` pairs."""
    han, latin = zip(*(pair.split(":") for pair in pairs), strict=True)
    return list(han), list(latin)
