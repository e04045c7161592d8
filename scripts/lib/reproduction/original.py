"""What the report of the original system says: "Turning the Pygmy into an Amazon: Replication, Caching and Consistency",
B. Narasimhan and R. Zala, April 2019. Means of 1,000 sequential requests each, in milliseconds; five machines, Flask."""

REQUESTS = 1000
TIERS = ('catalog', 'order', 'frontend', 'client')

# kind of request -> tier -> ms; a read passes no order server
WITHOUT_CACHE = {   # Table 2
    'search': {'catalog': 0.974, 'frontend': 8.715, 'client': 15.91},
    'lookup': {'catalog': 0.929, 'frontend': 8.633, 'client': 15.78},
    'buy': {'catalog': 15.623, 'order': 32.284, 'frontend': 41.205, 'client': 48.42},
}
WITH_CACHE = {      # Table 3
    'search': {'catalog': 0.012, 'frontend': 0.531, 'client': 8.202},
    'lookup': {'catalog': 0.005, 'frontend': 0.6, 'client': 7.896},
    'buy': {'catalog': 15.338, 'order': 31.505, 'frontend': 40.23, 'client': 47.408},
}
# Table 4: of a buy
WITHOUT_INVALIDATION = {'catalog': 9.749, 'order': 26.131, 'frontend': 35.014, 'client': 42.236}
WITH_INVALIDATION = {'catalog': 11.55, 'order': 27.891, 'frontend': 36.735, 'client': 43.99}
# Section 4.3: the request after an invalidation, at the client
AFTER_INVALIDATION = {'search': 15.84, 'lookup': 15.87, 'buy': 48.2}
