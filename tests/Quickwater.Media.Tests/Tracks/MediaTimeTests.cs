namespace Quickwater.Media.Tests;

public sealed class MediaTimeTests
{
    [Fact]
    public void Media_times_that_no_peer_should_send_do_not_throw()
    {
        var far = new MediaTime(long.MaxValue);
        var near = new MediaTime(long.MinValue);
        Assert.Equal(TimeSpan.MaxValue, far - near);
        Assert.Equal(-TimeSpan.MaxValue, near - far);
        Assert.Equal(TimeSpan.MaxValue, (far - near).Duration());
        Assert.Equal(TimeSpan.MaxValue, (near - far).Duration());
        Assert.Equal(TimeSpan.FromMilliseconds(-7), new MediaTime(3) - new MediaTime(10));
        Assert.Equal(new MediaTime(13), new MediaTime(3) + TimeSpan.FromMilliseconds(10));
    }
}
