using Profiler.Bpf.Kernel;

namespace Profiler.Bpf.Tests.Kernel;

/// <summary>The mode in brackets is the one in use.</summary>
public sealed class PreemptionModeTests
{
    [Theory]
    [InlineData("none (voluntary) full \n", true)] // 6.1, 6.12
    [InlineData("(none) voluntary full lazy \n", true)]
    [InlineData("none voluntary (full) \n", false)]
    [InlineData("full (lazy) \n", false)] // 7.2
    public void Only_none_and_voluntary_leave_a_thread_alone_in_the_kernel(string modes, bool voluntary) =>
        Assert.Equal(voluntary, PreemptionMode.IsVoluntary(modes));
}
