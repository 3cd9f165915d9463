using Profiler.Core.Protobuf;
using Profiler.Metrics.Formats;
using Profiler.Metrics.Halves;
using Profiler.Metrics.Logging;
using Profiler.Tests.Support;

namespace Profiler.Metrics.Tests.Halves;

/// <summary>The talking half's side of the pair.</summary>
public sealed class KernelHalfTests : IDisposable
{
    private readonly PorterTests.Other _other = new();
    private readonly TaskCompletionSource _reload = new();
    private readonly KernelHalf _kernel;

    public KernelHalfTests() => _kernel = new KernelHalf(_other.Ours, _reload.SetResult);

    [Fact]
    public async Task It_may_be_told_to_reload_at_any_time()
    {
        _other.Send((byte)Tell.Reload, 0, 0, []);
        await _reload.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(_kernel.Gone.IsCompleted);
    }

    [Theory]
    [InlineData((int)Tell.Answer, 0, 0)] // nobody asked
    [InlineData((int)Tell.Refused, 1, 0)]
    [InlineData((int)Tell.Reload, 0, 5)]
    [InlineData(0, 0, 0)]
    [InlineData(77, 0, 0)]
    [InlineData((int)Tell.Answer, 0, -1)]
    [InlineData((int)Tell.Answer, 0, int.MaxValue)]
    public async Task What_it_must_not_say_is_the_end(int kind, int detail, int length)
    {
        _other.Send((byte)kind, (byte)detail, length, new byte[Math.Clamp(length, 0, 16)]);
        await _kernel.Gone.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Throws<IOException>(() => _kernel.Listening());
    }

    [Fact]
    public async Task Whoever_waits_for_an_answer_hears_that_the_kernel_half_is_gone()
    {
        Task question = Task.Run(() =>
        {
            using var to = new PooledBuffer();
            _kernel.Write(Negotiation.Text, to);
        });
        _other.ReadSome();
        _other.End();
        await Assert.ThrowsAsync<IOException>(() => question);
        await _kernel.Gone.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_file_that_was_named_too_late_is_read_by_itself()
    {
        using var file = new TemporaryFile("text"u8.ToArray());
        Task<string> read = Task.Run(() => _kernel.Read(file.Path).Text);
        _other.ReadSome();
        _other.Send((byte)Tell.Refused, (byte)Refusal.NotNamed, 0, []);
        Assert.Equal("text", await read);
    }

    [Fact]
    public async Task Any_bytes_end_it_or_nothing()
    {
        var random = new Random(2);
        for (int round = 0; round < 1000; round++)
        {
            using var other = new PorterTests.Other();
            using var kernel = new KernelHalf(other.Ours, () => { });
            byte[] bytes = new byte[random.Next(1, 60)];
            random.NextBytes(bytes);
            other.SendRaw(bytes);
            other.End();
            await kernel.Gone.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public void Settings_are_read_as_they_are_written()
    {
        foreach (TalkingSettings settings in new[]
        {
            new TalkingSettings(7, [3, 4], true, "/metrics", 4, "a b,c", LogLevel.Debug, LogFormat.Json),
            new TalkingSettings(0, [], false, "/", 0, null, LogLevel.Info, LogFormat.Text),
        })
        {
            TalkingSettings read = TalkingSettings.From(settings.ToArguments())!;
            Assert.Equal(settings.Sockets, read.Sockets);
            Assert.Equal(settings, read with { Sockets = settings.Sockets });
        }
        Assert.Null(TalkingSettings.From([TalkingSettings.Command]));
        Assert.Null(TalkingSettings.From([TalkingSettings.Command, "-1", "3", "own", "/", "4", "Info", "Text"]));
        Assert.Null(TalkingSettings.From([TalkingSettings.Command, "1", "3,x", "own", "/", "4", "Info", "Text"]));
        Assert.Null(TalkingSettings.From([TalkingSettings.Command, "1", "3", "own", "/", "4", "Loud", "Text"]));
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _other.Dispose();
    }
}
