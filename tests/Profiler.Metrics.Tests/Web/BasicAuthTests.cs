using System.Collections.Immutable;
using System.Text;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Tests.Web;

public sealed class BasicAuthTests
{
    // Published with crypt_blowfish (openwall.com/crypt, wrapper.c), and the same as other prefixes have it.
    [Theory]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", true)]
    [InlineData("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", true)]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", true)]
    [InlineData("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", true)]
    [InlineData("U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", true)]
    [InlineData("u*u", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", false)]
    [InlineData("U*U", "$2a$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", false)]
    public async Task Hashes_that_others_made(string password, string hash, bool right)
    {
        using var auth = new BasicAuth();
        string header = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("alice:" + password));
        var users = ImmutableDictionary<string, string>.Empty.Add("alice", hash);
        Assert.Equal(right, await auth.Passes(users, header, CancellationToken.None));
        Assert.Equal(right, await auth.Passes(users, header, CancellationToken.None)); // from memory
    }

    [Fact]
    public async Task Of_many_guesses_at_once_most_are_not_even_tried()
    {
        using var auth = new BasicAuth();
        var users = ImmutableDictionary<string, string>.Empty.Add("alice", "$2a$08$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
        bool?[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => auth.Passes(
            users, "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"alice:{i}")), CancellationToken.None)));
        Assert.DoesNotContain(true, answers);
        Assert.Contains(null, answers);
    }
}
