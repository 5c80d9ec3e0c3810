# docker build -t llmsql .
# docker run --rm -v "$PWD:/data:ro" llmsql ask -d /data/shop.duckdb "revenue by region"
FROM python:3.12-slim AS build
COPY . /src
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels /src

FROM python:3.12-slim
# The in-process engine links OpenMP, which the slim image lacks.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir /wheels/duckdb_llmsql-*.whl && rm -r /wheels
RUN useradd --create-home llmsql
USER llmsql
ENV LLMSQL_CACHE_DIR=/home/llmsql/.cache/llmsql/weights
# Weights come into the image, their SHA-256 checked; a first answer builds the sales database and reads its schema.
RUN llmsql models pull llmsql-0.5b && llmsql ask "revenue by region"
ENV LLMSQL_OFFLINE=1
ENTRYPOINT ["llmsql"]
CMD ["ask", "revenue by region"]
