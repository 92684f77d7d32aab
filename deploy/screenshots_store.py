"""Opens the store of pictures that the settings name: a folder, or a bucket."""

from deploy.setting_forms import BucketAddress
from deploy.settings import Settings, require
from events.screenshots import Screenshots


def open_screenshots(settings: Settings) -> Screenshots:
    """The store; raises `BadSetting` for a bucket without what opens it."""
    where = settings.screenshots
    if isinstance(where, BucketAddress):
        from deploy.screenshots_bucket import Bucket, BucketOfScreenshots

        require(settings, str(where), "s3_key_id", "s3_secret")
        return BucketOfScreenshots(
            Bucket(
                name=where.bucket,
                prefix=where.prefix,
                endpoint=settings.s3_endpoint,
                region=settings.s3_region,
                key_id=settings.s3_key_id,
                secret=settings.s3_secret,
            )
        )
    from deploy.screenshots_folder import FolderOfScreenshots

    return FolderOfScreenshots(where)
