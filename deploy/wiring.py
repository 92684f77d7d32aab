"""One door for each process; each loads only what it needs."""

from deploy.settings import Settings


def run_api(settings: Settings) -> None:
    """Serve both APIs until SIGTERM or SIGINT."""
    import uvloop

    from deploy.api import serve
    from deploy.database_check import refuse_unusable

    refuse_unusable(settings.database)
    if settings.query_database:
        refuse_unusable(settings.query_database)
    uvloop.run(serve(settings))


def run_ocr(settings: Settings) -> None:
    """Read screenshots until SIGTERM or SIGINT."""
    import asyncio

    from deploy.ocr import work

    asyncio.run(work(settings))


def run_followers(settings: Settings) -> None:
    """Project, relay and take in readings until SIGTERM or SIGINT."""
    import uvloop

    from deploy.database_check import refuse_unusable
    from deploy.followers import follow

    refuse_unusable(settings.database)
    uvloop.run(follow(settings))


def migrate(settings: Settings) -> None:
    """Bring tables, read models and streams up to date; safe to repeat and in parallel."""
    from deploy.migrate import bring_up_to_date

    bring_up_to_date(settings)
