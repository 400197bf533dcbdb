"""vault.<entity>: the clear values behind the tokens of an entity, for identity resolution and nobody else."""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs import io
from spark_jobs.catalog.models import Entity
from spark_jobs.silver.build import Build
from spark_jobs.silver.keys import Keys

ADDED = ("column_name", "token", "value")


def vault_table(entity: Entity) -> str:
    """`vault.<entity>`."""
    return f"vault.{entity.name}"


def has_vault(entity: Entity) -> bool:
    """Whether clear values of the entity are kept."""
    return any(column.is_vaulted for column in entity.columns)


def vault_rows(rows: DataFrame, entity: Entity) -> DataFrame:
    """One row per key, column and spelling, of the classified rows that silver shows."""
    vaulted = [column.name for column in entity.columns if column.is_vaulted]
    keys = ["source_system", *entity.key]
    cells = F.array(*(_cell(name) for name in vaulted))
    exploded = rows.where("_is_output").select(*keys, F.explode(cells).alias("cell"))
    return exploded.select(*keys, "cell.*").where("token is not null").distinct()


def _cell(name: str) -> Column:
    clear = F.col(f"_clear_{name}").alias("value")
    return F.struct(F.lit(name).alias("column_name"), F.col(name).alias("token"), clear)


def rewrite_vault(build: Build, rows: DataFrame) -> None:
    """Replace the whole vault of the entity."""
    if has_vault(build.inputs.entity):
        spellings = vault_rows(rows, build.inputs.entity)
        io.overwrite(spellings.coalesce(1), build.settings, vault_table(build.inputs.entity), build.note)


def merge_vault(build: Build, rows: DataFrame, keys: Keys) -> None:
    """Replace the clear values of some keys by those of their classified rows."""
    entity = build.inputs.entity
    if not has_vault(entity):
        return
    identity = ["source_system", *entity.key, *ADDED]
    held = keys.only(io.read_table(build.spark, build.settings.home, vault_table(entity)))
    now = vault_rows(rows, entity)
    gone = held.join(now, on=identity, how="left_anti").withColumn("_change", F.lit("delete"))
    new = now.join(held, on=identity, how="left_anti").withColumn("_change", F.lit("write"))
    changes = reduce(DataFrame.unionByName, [gone, new])
    io.merge(changes, build.settings, vault_table(entity), (identity, "_change"), build.note)
