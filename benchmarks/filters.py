"""What ``ai_filter`` is worth with a small model: ``python -m benchmarks.filters`` (two minutes on two cores).

Its words were chosen on one half of the conditions; the other half, which this measures, was put aside for that time.
"""

from __future__ import annotations

import argparse
import json

import llmsql

CONDITIONS: dict[str, tuple[str, str, str, str]] = {
    "asks for a refund": (
        "The kettle leaks. Please give me my money back.",
        "I cancelled within the trial and was billed all the same, return the 29 euros",
        "The kettle leaks a little but I can live with it.",
        "How do I change the card that I pay with?",
    ),
    "is about food": (
        "Stir the lentils in when the onions are soft",
        "The noodles came cold and without sauce",
        "The train to Leipzig is late again",
        "My printer does not find the network",
    ),
    "mentions a date": (
        "We moved to the new office on 3 May 2024",
        "The contract ends on the 31st of December",
        "We moved to the new office and like it",
        "The contract can be ended by either side",
    ),
    "is written in German": (
        "Der Drucker geht seit gestern nicht mehr",
        "Können Sie mir bitte eine Quittung schicken?",
        "L'imprimante ne marche plus depuis hier",
        "The printer has not worked since yesterday",
    ),
    "is a question": (
        "Which bus goes to the airport",
        "Could you tell me whether the shop opens on Sundays",
        "The bus to the airport leaves at nine.",
        "The shop is closed on Sundays.",
    ),
    "is negative about the product": (
        "It broke after two days, do not buy it",
        "Far too loud and the battery is empty in an hour",
        "Quiet, light, and the battery lasts a week",
        "I would buy it again at once",
    ),
    "names a city": (
        "She grew up in Lisbon and studied law",
        "Our second shop is in Osaka",
        "She grew up by the sea and studied law",
        "Our second shop opens next month",
    ),
    "describes an injury": (
        "He slipped on the stairs and broke his wrist",
        "The blade cut two of her fingers",
        "He repaired the stairs over the weekend",
        "The blade is made of steel",
    ),
    "is about sports": (
        "They scored twice in the last ten minutes",
        "She won the 200 metres in a new record",
        "They raised the rent twice in ten years",
        "She won a seat in the city council",
    ),
    "contains a phone number": (
        "Call me at 030 5550 1234 after six",
        "Reach our desk under +44 20 7946 0018",
        "Call me after six, you have my number",
        "Reach our desk on the second floor",
    ),
    "wants to cancel a subscription": (
        "Please end my plan at the end of this month",
        "I do not want to be a member any longer, stop the payments",
        "Please upgrade my plan to the larger one",
        "I have been a member for ten years and enjoy it",
    ),
    "reports a software error": (
        "The app closes itself whenever I open the settings",
        "After the update the page shows only code 500",
        "The app has a pleasant new icon",
        "After the meeting we went for a walk",
    ),
    "is about the weather": (
        "Heavy rain is expected from noon, with strong wind",
        "It has been hot and dry for three weeks",
        "The invoice is expected from the supplier at noon",
        "The negotiations have been going on for three weeks",
    ),
    "mentions an animal": (
        "A fox crossed the garden this morning",
        "Our neighbour keeps three goats",
        "A cyclist crossed the bridge this morning",
        "Our neighbour keeps old newspapers",
    ),
    "is polite": (
        "Would you kindly send me the form? Thank you very much",
        "I am sorry to trouble you, could you please look at this",
        "Send the form now, you idiots",
        "Stop wasting my time and do your job",
    ),
    "gives a price": (
        "The bicycle costs 450 dollars",
        "Tickets are 12 euros, children pay half",
        "The bicycle is red and hardly used",
        "Tickets are sold at the entrance",
    ),
    "is about travel": (
        "Our flight to Rome was delayed, so we missed the ferry",
        "The hotel by the lake had the best view of the whole trip",
        "The new tax form has four pages",
        "My sister plays the violin in an orchestra",
    ),
    "says that a delivery is late": (
        "I ordered three weeks ago and nothing has come yet",
        "The parcel should have been here on Monday, where is it?",
        "The parcel came a day early, well packed",
        "I ordered the blue one and like the colour",
    ),
    "is about a person's health": (
        "Grandfather has been coughing for a week and has a fever",
        "Her blood pressure is too high, the doctor says",
        "Grandfather told us a story about his school",
        "Her apartment is too small, the agent says",
    ),
    "offers a job": (
        "We are looking for a nurse for the night shift, apply by Friday",
        "Our team needs a second carpenter, full time, from March",
        "The nurse on the night shift was very kind",
        "The carpenter has finished the shelves",
    ),
}
"""A condition, and four texts: the first two meet it, the others do not. Written and labelled by hand."""
HELD_OUT = dict(list(CONDITIONS.items())[1::2])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b", help="default: %(default)s")
    options = parser.parse_args()
    right, met, count = 0, 0, 0
    with llmsql.connect(row_model=options.model, timeout=600) as con:
        for condition, texts in HELD_OUT.items():
            rows = con.execute("SELECT ai_filter(unnest(?), ?)", [list(texts), condition]).fetchall()
            right += sum(answer == (place < 2) for place, (answer,) in enumerate(rows))
            met += sum(answer is True for (answer,) in rows)
            count += len(rows)
    print(json.dumps({"model": options.model, "texts": count, "agreement": right / count, "met": met / count}))


if __name__ == "__main__":
    main()
