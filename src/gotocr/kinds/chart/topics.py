"""Words of invented charts: who is asked, what is said, what is measured, and who says so."""

from __future__ import annotations

COUNTRIES = (
    "Argentina", "Australia", "Austria", "Bangladesh", "Belgium", "Brazil", "Canada", "Chile", "China", "Colombia",
    "Czech Republic", "Denmark", "Egypt", "Ethiopia", "Finland", "France", "Germany", "Ghana", "Greece", "Hungary", "India",
    "Indonesia", "Ireland", "Israel", "Italy", "Japan", "Jordan", "Kenya", "Lebanon", "Malaysia", "Mexico", "Morocco",
    "Netherlands", "New Zealand", "Nigeria", "Norway", "Pakistan", "Peru", "Philippines", "Poland", "Portugal", "Romania",
    "Russia", "Senegal", "South Africa", "South Korea", "Spain", "Sweden", "Switzerland", "Thailand", "Tunisia", "Turkey",
    "U.S.", "UK", "Ukraine", "United States", "Venezuela", "Vietnam",
)  # fmt: skip
MONTHS = (
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
    ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
)  # fmt: skip
POOLS = (
    COUNTRIES, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ("North", "South", "East", "West", "Centre", "Coast", "Islands", "Highlands"),
    ("Apples", "Bananas", "Cherries", "Grapes", "Lemons", "Oranges", "Peaches", "Pears", "Plums", "Strawberries"),
    ("Housing", "Food", "Transport", "Health", "Education", "Clothing", "Leisure", "Savings", "Insurance", "Other"),
    (
        "Marketing", "Sales", "Research & Development", "Human Resources", "Operations", "Customer Service", "Finance",
        "Legal", "IT",
    ),
    ("Coal", "Natural gas", "Oil", "Nuclear", "Hydro", "Wind", "Solar", "Biomass", "Geothermal"),
    ("Product A", "Product B", "Product C", "Product D", "Product E", "Product F"),
    ("Wohnen", "Ernährung", "Verkehr", "Gesundheit", "Bildung", "Kleidung", "Freizeit", "Sonstiges"),
    ("Île-de-France", "Bretagne", "Normandie", "Occitanie", "Grand Est", "Corse", "Hauts-de-France"),
    ("Madrid", "Cataluña", "Andalucía", "Galicia", "País Vasco", "Aragón", "Canarias", "La Rioja"),
    ("Car", "Bus", "Train", "Bicycle", "On foot", "Motorcycle", "Tram", "Ferry"),
    ("ResNet-50", "Baseline", "Ours", "Ours + aug", "w/o pretraining", "LSTM", "Transformer", "k-NN", "SVM", "XGBoost"),
    ("18-24", "25-34", "35-44", "45-54", "55-64", "65+"),
    ("Primary", "Lower secondary", "Upper secondary", "Bachelor's degree", "Master's degree", "Doctorate"),
    ("Group 1", "Group 2", "Group 3", "Group 4", "Control", "Placebo"),
)  # fmt: skip
GROUPS = (
    (
        "Total", "Men", "Women", "Ages 18-29", "30-49", "50-64", "65+", "College graduate", "Some college",
        "High school or less",
    ),
    ("All adults", "White", "Black", "Hispanic", "Asian", "Other"),
    ("Total", "Republican", "Lean Republican", "Independent", "Lean Democrat", "Democrat"),
    ("All", "Urban", "Suburban", "Rural"),
    ("Total", "Protestant", "Catholic", "Muslim", "Jewish", "Buddhist", "Hindu", "Unaffiliated"),
    ("All", "Gen Z", "Millennial", "Gen X", "Boomer", "Silent"),
    ("U.S.", "Germany", "France", "UK", "Japan", "Spain", "Italy", "Poland", "Sweden"),
    ("Total", "Parents", "Non-parents", "Married", "Living with a partner", "Single"),
    ("Less than $30,000", "$30,000-$49,999", "$50,000-$74,999", "$75,000 or more"),
)  # fmt: skip
ANSWERS = (
    ("Yes", "No"), ("Favor", "Oppose"), ("Agree", "Disagree"), ("Favorable", "Unfavorable"), ("Approve", "Disapprove"),
    ("Acceptable", "Not acceptable"), ("Very", "Somewhat"), ("Very", "Somewhat", "Not too", "Not at all"),
    ("A lot", "Some", "Only a little", "None at all"), ("Strongly agree", "Agree", "Neutral", "Disagree", "Strongly disagree"),
    ("Better", "About the same", "Worse"), ("More", "Same", "Less"), ("Good thing", "Bad thing", "Don't know"),
    ("All", "Most", "Some/hardly any/none"), ("Increase", "Keep the same", "Decrease"),
    ("Major reason", "Minor reason", "Not a reason"), ("Too much", "About right", "Too little"),
    ("Every day", "Weekly", "Monthly", "Less often", "Never"), ("Has improved", "Will improve"), ("Men", "Women"),
    ("Good", "Only fair", "Poor"), ("Always", "Often", "Rarely", "Never"),
)  # fmt: skip
QUESTIONS = (
    "% of adults who say ...", "% who say they ...", "% of respondents, by age group, who say ...",
    "% saying the following is a ___ reason", "% of employees who rate each item as very important",
    "% of households that own at least one of the following, by region",
    "% who say it is ___ important to what it means to be a good neighbor to ...", "Share of respondents (%)",
    "% of parents with children under 18 who say the following statement is most accurate",
    "% of teachers answering each question correctly", "Among those who read at least one book in the past year, % who ...",
    "% of commuters in each city who travel by ...", "% in each country who have a ___ view of the new rules", "(% of voters)",
    "Based on those who have heard of it (%)",
    "% of graduates who say that, considering what they paid for their studies, it ...",
    "How often do you use the following services?",
)  # fmt: skip
HEADLINES = (
    "Most adults say the new bridge was worth its cost", "Young people are less likely than their parents to own a car",
    "About half of households recycle glass every week", "Views of public transport differ widely by age",
    "Few workers expect to retire before 60",
    "Rural residents are more satisfied with their neighborhood, less with their internet connection",
    "Majorities in most countries favor stricter rules for plastic waste", "Women more likely than men to read fiction",
    "Who trusts the weather report?", "What matters in a good neighbor? Quiet, help and honesty",
    "A snapshot of what people know about the night sky", "Confidence in local government has slipped since last year",
    "Reading on Paper Still Preferred", "How Much Time Is Spent Cooking …",
    "Satisfaction with ‘quiet hours’ remains high among residents", "Generations agree: learning an instrument is worth it",
    "Public evenly split over later school hours", "Three-in-ten say they would move for a better job",
)  # fmt: skip
STATEMENTS = (
    "Recycle at home", "Use public transport", "Own a bicycle", "Buy food at a local market", "Have a garden",
    "Read a newspaper daily", "Play an instrument", "Speak a second language", "Work from home at least once a week",
    "Volunteer in their community", "Save for retirement", "Follow what happens in local politics",
    "Respect the opinions of those who disagree", "Know their neighbors by name", "Would pay more for products made nearby",
    "Have visited a museum in the past year", "Check the weather before leaving home",
    "Trust what doctors tell them about new medicines", "Keep paper copies of important documents",
    "Eat breakfast with the whole family", "Improving economic conditions", "Dealing with health care",
    "Dealing with immigration", "Managing the city's budget", "Reducing noise at night", "Repairing roads and bridges",
    "Making schools safer", "The Moon causes the ocean's tides", "Sound travels faster in water than in air",
    "Earth's core is hotter than its crust*", "Lightning is hotter than the surface of the sun", "Too many meetings",
    "Low pay", "Long hours", "Few chances to advance", "Better offer elsewhere", "Serve on a jury if called",
    "Pay all the taxes they owe", "Vote in local elections",
)  # fmt: skip
SUBJECTS = (
    ("Revenue", "$"), ("Revenue", "€"), ("Operating profit", "$"), ("Average rent", "€"), ("House price index", ""),
    ("Unemployment rate", "%"), ("Inflation rate", "%"), ("Population", ""), ("Visitors", ""),
    ("Electricity consumption", "GWh"), ("CO₂ emissions", "kg"), ("Rainfall", "mm"), ("Average temperature", "°C"),
    ("Exports", "$"), ("Imports", "$"), ("Life expectancy", "years"), ("Energy use", "kWh"), ("Sales", ""),
    ("Number of students", ""), ("Number of accidents", ""), ("Accuracy", "%"), ("Error rate", "%"), ("Latency", "ms"),
    ("Throughput", "MB/s"), ("Distance travelled", "km"), ("Body weight", "kg"), ("Height", "cm"), ("Yield per hectare", "t"),
    ("Market share", "%"), ("Daily users", ""), ("Umsatz", "€"), ("Einwohner", ""), ("Arbeitslosenquote", "%"),
    ("Chiffre d'affaires", "€"), ("Population active", ""), ("Producción", "t"), ("Precio medio", "€"),
    ("Waiting time", "min"), ("Hours of sunshine", "h"), ("Books sold", ""), ("Response time", "s"), ("Price per litre", "£"),
)  # fmt: skip
WHOLES = (
    "Household spending", "Energy mix", "Market share by company", "Budget by department", "How people get to work",
    "Visitors by country of origin", "Electricity generation by source", "Time use on a weekday", "Land use",
    "Reasons for leaving", "Sales by product", "Age structure", "Haushaltsausgaben", "Répartition du budget",
    "Cuota de mercado",
)  # fmt: skip
SORTS = (
    "region", "country", "product", "department", "category", "age group", "city", "year", "type", "model", "group",
)  # fmt: skip
MAKERS = (
    "Harbour Research Institute", "Northfield Centre for Surveys", "Department of Statistics", "The Daily Ledger",
    "Opinion Lab", "Statbureau", "Lakeside Data Project", "National Survey Office", "Meridian Policy Center", "Chartroom",
    "Institut für Haushaltsforschung",
)  # fmt: skip
SOURCES = (
    "Survey of adults conducted in spring", "National accounts,", "Annual report",
    "Own calculations based on household survey", "Labour force survey,", "Company filings,",
    "Telephone survey of 1,002 adults, March 4-18,", "World tables,", "Eurobarometer-style panel, wave 6,", "Census",
)  # fmt: skip
