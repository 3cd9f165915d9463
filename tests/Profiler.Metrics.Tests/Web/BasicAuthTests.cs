using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Profiler.Metrics.Web;

namespace Profiler.Metrics.Tests.Web;

public sealed class BasicAuthTests
{
    private const string HashOfU = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

    private static readonly ImmutableDictionary<string, string> Alice = ImmutableDictionary<string, string>.Empty.Add("alice", HashOfU);

    private readonly ConcurrentQueue<string> _refused = [];
    private readonly BasicAuth _auth;

    public BasicAuthTests() => _auth = new BasicAuth(_refused.Enqueue);

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
        var users = ImmutableDictionary<string, string>.Empty.Add("alice", hash);
        Assert.Equal(right, await Ask("alice:" + password, users: users));
        Assert.Equal(right, await Ask("alice:" + password, users: users)); // from memory
    }

    [Fact]
    public async Task Guesses_do_not_make_a_right_password_forgotten()
    {
        Assert.True(await Ask("alice:U*U"));
        for (int i = 0; i < 250; i++)
            Assert.False(await Ask($"alice:{i}"));
        // A check would have to wait for its turn; what is known does not.
        Task<bool?>[] guesses = [.. Enumerable.Range(1000, 20).Select(i => Ask($"alice:{i}"))];
        Assert.True(Ask("alice:U*U") is { IsCompletedSuccessfully: true, Result: true });
        await Task.WhenAll(guesses);
    }

    [Fact]
    public async Task Of_many_guesses_at_once_of_one_client_most_are_not_even_tried_and_another_client_gets_its_turn()
    {
        Task<bool?>[] guesses = [.. Enumerable.Range(0, 500).Select(i => Ask($"alice:{i}", "10.0.0.1"))];
        bool? other = await Ask("alice:U*U", "10.0.0.2");
        bool?[] answers = await Task.WhenAll(guesses);
        Assert.True(other);
        Assert.DoesNotContain(true, answers);
        Assert.Contains(null, answers);
    }

    [Fact]
    public async Task An_unknown_user_does_not_get_in_with_the_password_of_the_user_whose_hash_is_used_for_it()
    {
        Assert.False(await Ask("bob:U*U"));
        Assert.False(await Ask("bob:U*U")); // from memory
        Assert.True(await Ask("alice:U*U"));
        Assert.False(await Ask("bob:U*U"));
    }

    [Fact]
    public async Task Who_was_refused_is_told_without_what_may_be_a_password()
    {
        await Ask("alice:secret", "10.0.0.1");
        await Ask("secret:alice", "10.0.0.2");
        await _auth.Passes(Alice, "Bearer secret", "10.0.0.3", CancellationToken.None);
        Assert.Equal(["10.0.0.1: wrong password of alice", "10.0.0.2: unknown user", "10.0.0.3: no user and password"], _refused);
    }

    private Task<bool?> Ask(string credentials, string client = "10.0.0.1", ImmutableDictionary<string, string>? users = null) =>
        _auth.Passes(users ?? Alice, "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)), client, CancellationToken.None);
}
